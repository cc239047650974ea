// Ports of loopback that nobody listens on, for configurations that have to name a port before it is taken. Below the range
// that systems give out by themselves, so that no connection or socket takes one in between; none is given out twice.

import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

const FIRST = 10_000;
const END = 32_000;
const ATTEMPTS = 1_000;

/** Takes a port; what it gives back lets go of it. `undefined` where somebody has it. */
export type PortHolder = (port: number) => Promise<(() => Promise<void>) | undefined>;

const givenOut = new Set<number>();

/** @param hold of TCP by default */
export async function findFreePorts(count: number, hold: PortHolder = holdTcp): Promise<readonly number[]> {
  const held = new Map<number, () => Promise<void>>();
  for (let attempt = 0; held.size < count; attempt++) {
    if (attempt === ATTEMPTS) throw new Error('no free ports');
    const port = randomInt(FIRST, END);
    const letGo = givenOut.has(port) ? undefined : await hold(port);
    if (letGo === undefined) continue;
    givenOut.add(port);
    held.set(port, letGo);
  }
  await Promise.all([...held.values()].map((letGo) => letGo()));
  return [...held.keys()];
}

function holdTcp(port: number): ReturnType<PortHolder> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () =>
      resolve(() => new Promise((closed) => server.close(() => closed()))),
    );
  });
}
