// Ports of loopback that nobody listens on, for configurations that have to name a port before it is taken. Below the range
// that systems give out by themselves, so that no connection takes one in between.

import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';

const FIRST = 10_000;
const END = 32_000;
const ATTEMPTS = 1_000;

export async function findFreePorts(count: number): Promise<readonly number[]> {
  const held = new Map<number, Server>();
  for (let attempt = 0; held.size < count; attempt++) {
    if (attempt === ATTEMPTS) throw new Error('no free ports');
    const port = randomInt(FIRST, END);
    const server = held.has(port) ? undefined : await listen(port);
    if (server !== undefined) held.set(port, server);
  }
  await Promise.all([...held.values()].map((server) => new Promise((resolve) => server.close(resolve))));
  return [...held.keys()];
}

/** `undefined` where somebody listens there. */
function listen(port: number): Promise<Server | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
