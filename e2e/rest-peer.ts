// What stands in Oobleck's place when the question is what a switch sends, and what it makes of a service that
// misbehaves.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Answer = { readonly status: number; readonly body: string } | 'never';

export interface RestPeer {
  readonly port: number;
  /** Bodies received since the last look, and forgets them. */
  take(): readonly { readonly path: string; readonly body: string }[];
  answer(answer: Answer): void;
  close(): Promise<void>;
}

export async function createRestPeer(): Promise<RestPeer> {
  let requests: { path: string; body: string }[] = [];
  let answer: Answer = { status: 200, body: '{}' };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      requests.push({ path: request.url ?? '', body: Buffer.concat(chunks).toString('utf8') });
      if (answer === 'never') return;
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    take() {
      const taken = requests;
      requests = [];
      return taken;
    },
    answer: (next) => {
      answer = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
