// The bare UDP client that asks both the real server and the echo: one socket, a window of questions at a time, no checks
// but of how an answer begins. It looks for answers now and then (`http/now-and-then.ts`).

import { createSocket, type Socket } from 'node:dgram';
import { lookNowAndThen } from '../http/now-and-then.ts';
import type { ServerProcess } from '../http/server-process.ts';
import type { Cost } from '../measure.ts';

export interface UdpLoad {
  readonly server: ServerProcess;
  /** Makes one more question; what that takes does not count. */
  readonly make: () => Buffer;
  /** How every answer begins. */
  readonly begins: string;
}

/** As many as the smallest of the sockets' buffers holds, whatever the machine. */
const WINDOW = 64;
const BATCH = 1_024;
const LOOK_AFTER_MS = 4;
const SILENCE_MS = 10_000;
const BUFFER_BYTES = 1_048_576;

/** What one question costs the server, in CPU time. */
export function costOfDatagrams({ server, make, begins }: UdpLoad): Cost {
  const port = Number(new URL(server.origin).port);
  return {
    async sample(seconds) {
      const socket = await open(port);
      let total = 0;
      let count = 0;
      for (; total < seconds; count += BATCH) {
        const questions = Array.from({ length: BATCH }, make);
        const before = await server.cpuSeconds();
        for (let at = 0; at < BATCH; at += WINDOW)
          await askAll(socket, questions.slice(at, at + WINDOW), begins);
        total += (await server.cpuSeconds()) - before;
      }
      socket.close();
      return total / count;
    },
  };
}

function open(port: number): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: BUFFER_BYTES });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.connect(port, '127.0.0.1', () => resolve(socket));
  });
}

/** @throws Error for another answer, or none */
async function askAll(socket: Socket, questions: readonly Buffer[], begins: string): Promise<void> {
  let [right, others] = [0, 0];
  const count = (bytes: Buffer): void => {
    if (bytes.toString('latin1', 0, begins.length) === begins) right++;
    else others++;
  };
  socket.on('message', count);
  for (const question of questions) socket.send(question);
  const silentAtMs = performance.now() + SILENCE_MS;
  const isOver = () => right + others >= questions.length || performance.now() >= silentAtMs;
  await lookNowAndThen(isOver, LOOK_AFTER_MS);
  socket.off('message', count);
  if (others > 0) throw new Error('an answer of another kind');
  if (right < questions.length) throw new Error('a question got no answer');
}
