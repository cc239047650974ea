// `oobleck serve` on SIGTERM: health says no first, so that a load balancer sends nothing more; for `drainSeconds`
// everything is still served; then what is in flight finishes, nothing new is taken, and the process ends well.

import { once } from 'node:events';
import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { BareRequest } from '../../../bench/http/http-client.ts';
import { ask, type CpsLab, createCpsLab } from './cps-lab.ts';
import type { ServeProcess } from './serve-process.ts';

const DRAIN_SECONDS = 4;

let lab: CpsLab;
let serving: ServeProcess;
let session: ClientHttp2Session;

beforeEach(async () => {
  lab = await createCpsLab();
  const { port } = new URL(lab.origin);
  const listen = {
    host: '127.0.0.1',
    port: Number(port),
    tls: { certificateFile: 'tls.pem', keyFile: 'tls.key' },
    drainSeconds: DRAIN_SECONDS,
  };
  serving = await lab.serve({ listen, log: { level: 'info' } });
  await lab.register();
  session = lab.connect();
}, 60_000);
afterEach(async () => {
  session?.destroy();
  await lab?.close();
});

const readiness = async () => {
  const { status, body } = await ask(session, { headers: { ':path': '/health/ready' } });
  return { status, said: JSON.parse(String(body)) as { status: string; checks: Record<string, boolean> } };
};

/** All of it but the last byte. @returns what sends that */
function begin({ headers, body }: BareRequest): {
  readonly stream: ClientHttp2Stream;
  finish(): Promise<number>;
} {
  const stream = session.request(headers);
  stream.on('error', () => undefined);
  stream.write(body!.subarray(0, -1));
  return {
    stream,
    async finish() {
      const answered = once(stream.resume(), 'response');
      stream.end(body!.subarray(-1));
      const [fields] = await answered;
      return Number(fields[':status']);
    },
  };
}

it('health is red first, everything is served meanwhile, and what is in flight finishes', async () => {
  expect(await readiness()).toEqual({ status: 200, said: { status: 'ready', checks: { store: true } } });
  const [soon, late] = [begin(lab.deposit(0)), begin(lab.deposit(1))];
  expect((await ask(session, lab.deposit(2))).status).toBe(201); // by now the server has both
  const goaway = once(session, 'goaway');
  const termMs = performance.now();
  const ended = serving.stop();
  await expect
    .poll(readiness, { timeout: 10_000 })
    .toMatchObject({ status: 503, said: { status: 'draining' } });
  expect((await ask(session, { headers: { ':path': '/health/live' } })).status).toBe(200);
  expect((await ask(session, lab.deposit(3))).status).toBe(201);
  const another = lab.connect();
  expect((await ask(another, lab.deposit(4))).status).toBe(201);
  another.close();
  expect(await soon.finish()).toBe(201);
  await goaway;
  expect(performance.now() - termMs).toBeGreaterThanOrEqual(1_000 * DRAIN_SECONDS - 100);
  const refused = connectTcp(Number(new URL(lab.origin).port), '127.0.0.1');
  const [error] = await once(refused, 'error');
  expect(error.code).toBe('ECONNREFUSED');
  expect(await late.finish()).toBe(201);
  expect(await ended).toBe(0);
  expect(serving.output()).toContain('"event":"closing"');
  expect(serving.output()).not.toContain('close-overdue');
}, 60_000);

it('what does not finish is not waited for without end', async () => {
  const stuck = begin(lab.deposit(0));
  expect((await ask(session, lab.deposit(1))).status).toBe(201);
  const closed = once(stuck.stream, 'close');
  const termMs = performance.now();
  expect(await serving.stop()).toBe(0);
  await closed;
  // The drain, then five seconds for what is in flight, then the rest of the process.
  expect(performance.now() - termMs).toBeLessThan(1_000 * (DRAIN_SECONDS + 5 + 10));
}, 60_000);
