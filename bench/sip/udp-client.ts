// The bare UDP client that asks both the real server and the echo: one socket, so many questions at a time, no checks but
// of how an answer begins.

import { createSocket } from 'node:dgram';
import type { ServerProcess } from '../http/server-process.ts';
import type { Cost } from '../measure.ts';

export interface UdpLoad {
  readonly server: ServerProcess;
  /** Makes one more question; what that takes does not count. */
  readonly make: () => Buffer;
  /** How every answer begins. */
  readonly begins: string;
}

const AT_ONCE = 16;
const BATCH = 1_024;
const SILENCE_MS = 10_000;

/** What one question costs the server, in CPU time. */
export function costOfDatagrams({ server, make, begins }: UdpLoad): Cost {
  const port = Number(new URL(server.origin).port);
  return {
    async sample(seconds) {
      let total = 0;
      let count = 0;
      for (; total < seconds; count += BATCH) {
        const questions = Array.from({ length: BATCH }, make);
        const before = await server.cpuSeconds();
        await askAll(questions, port, begins);
        total += (await server.cpuSeconds()) - before;
      }
      return total / count;
    },
  };
}

/** @throws Error for another answer, or none */
async function askAll(questions: readonly Buffer[], port: number, begins: string): Promise<void> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 1_048_576 });
  let [sent, answered] = [0, 0];
  const send = (): void => {
    if (sent < questions.length) socket.send(questions[sent++]!, port, '127.0.0.1');
  };
  try {
    await new Promise<void>((resolve, reject) => {
      const silence = setTimeout(() => reject(new Error('a question got no answer')), SILENCE_MS);
      socket.on('message', (bytes) => {
        const isRight = bytes.toString('latin1', 0, begins.length) === begins;
        if (isRight && ++answered < questions.length) return send();
        clearTimeout(silence);
        if (isRight) resolve();
        else reject(new Error('an answer of another kind'));
      });
      for (let at = 0; at < AT_ONCE; at++) send();
    });
  } finally {
    socket.close();
  }
}
