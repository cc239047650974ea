import cluster from 'node:cluster';
import { expect, it } from 'vitest';
import { EXIT } from '../command/exit-code.ts';
import { endOf } from './serve-workers.ts';

it('messages that a worker dies under, however many, end that worker and not the primary process', async () => {
  const worker = new cluster.Worker();
  const ended = endOf(worker);
  for (const message of ['health', 'metrics', 'a connection'])
    worker.emit('error', Object.assign(new Error(message), { code: 'EPIPE' }));
  worker.emit('exit', null, 'SIGKILL');
  expect(await ended).toBe(EXIT.unavailable);
});
