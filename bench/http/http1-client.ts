// The bare HTTP/1.1 client that asks both the real server and the bare one: connections kept open, one request at a time on
// each, all at once, no checks but of the status. It looks for answers now and then (`now-and-then.ts`).

import { connect, type Socket } from 'node:net';
import type { Cost } from '../measure.ts';
import { lookNowAndThen } from './now-and-then.ts';
import type { ServerProcess } from './server-process.ts';

const CONNECTIONS = 128;
const LOOK_AFTER_MS = 8;

export interface Http1Load {
  readonly server: ServerProcess;
  readonly path: string;
  /** Makes one more body; what that takes does not count. */
  readonly make: () => string;
}

/** What one request costs the server, in CPU time. */
export function costOfPosts({ server, path, make }: Http1Load): Cost {
  return {
    async sample(seconds) {
      const { hostname, port } = new URL(server.origin);
      const sockets = await Promise.all(
        Array.from({ length: CONNECTIONS }, () => open(hostname, Number(port))),
      );
      let total = 0;
      let count = 0;
      await send(
        sockets,
        Array.from({ length: CONNECTIONS }, () => requestOf(path, make())),
      );
      while (total < seconds) {
        const requests = Array.from({ length: CONNECTIONS }, () => requestOf(path, make()));
        const before = await server.cpuSeconds();
        await send(sockets, requests);
        total += (await server.cpuSeconds()) - before;
        count += CONNECTIONS;
      }
      for (const socket of sockets) socket.destroy();
      return total / count;
    },
  };
}

function open(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true }, () => resolve(socket));
    socket.on('error', reject);
  });
}

function requestOf(path: string, body: string): string {
  const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: application/json`;
  return `${head}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

async function send(sockets: readonly Socket[], requests: readonly string[]): Promise<void> {
  let isOver = false;
  const all = Promise.all(
    sockets.map((socket, at) => {
      socket.write(requests[at]!);
      return answered(socket);
    }),
  ).finally(() => {
    isOver = true;
  });
  await lookNowAndThen(() => isOver, LOOK_AFTER_MS);
  await all;
}

/** @throws Error where the status is another than 200 */
function answered(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    const onData = (chunk: Buffer): void => {
      text += chunk.toString('latin1');
      const end = text.indexOf('\r\n\r\n');
      if (end === -1) return;
      const length = Number(/\r\ncontent-length: ([0-9]+)/i.exec(text)?.[1]);
      if (text.length < end + 4 + length) return;
      socket.off('data', onData);
      if (text.startsWith('HTTP/1.1 200')) resolve();
      else reject(new Error(`an answer that is none: ${text.slice(0, 60)}`));
    };
    socket.on('data', onData);
    socket.resume();
  });
}
