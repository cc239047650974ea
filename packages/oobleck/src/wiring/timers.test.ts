import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { createTimers } from './timers.ts';

/** This process does nothing else meanwhile. */
function standStill(ms: number): void {
  for (const endMs = performance.now() + ms; performance.now() < endMs; );
}

it('what arrived while the process stood still is read before a wait ends, and may call its end off', async () => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [peer] = (await once(server, 'connection')) as [Socket];
  const timers = createTimers();
  const happened: string[] = [];
  const ended = new Promise<void>((resolve) => {
    timers.deadline(() => {
      happened.push('deadline');
      resolve();
    }, 50);
  });
  const callOff = timers.deadline(() => happened.push('called off in vain'), 50);
  socket.on('data', () => {
    happened.push('answer');
    callOff();
  });
  peer.write('answer');
  standStill(150);
  await ended;
  expect(happened).toEqual(['answer', 'deadline']);
  timers.close();
  socket.destroy();
  server.close();
});

it('after close no wait ends any more', async () => {
  const timers = createTimers();
  let isOver = false;
  timers.deadline(() => {
    isOver = true;
  }, 1);
  timers.schedule(timers.close, 1);
  standStill(5);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(isOver).toBe(false);
});
