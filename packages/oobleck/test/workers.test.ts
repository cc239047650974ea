// Two worker processes behind one port, with their store in LMDB: a token is spent once and a mailbox is whole whichever
// of them answers, one that dies is started again, and signals reach both.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { ClientHttp2Session } from 'node:http2';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ask, type CpsLab, createCpsLab, inParallel, textOf } from './cps-lab.ts';
import type { ServeProcess } from './serve-process.ts';

let lab: CpsLab;
let serving: ServeProcess;
let sessions: ClientHttp2Session[];

beforeAll(async () => {
  lab = await createCpsLab();
  const metrics = { port: 0 };
  serving = await lab.serve({ store: 'lmdb:store', workers: 2, metrics, log: { level: 'info' } });
  await lab.register();
});
afterAll(() => lab?.close());

const connectAll = (count = 4) => {
  for (const session of sessions ?? []) session.destroy();
  sessions = Array.from({ length: count }, () => lab.connect());
};

/** Linux tells a process's children; elsewhere there are none to be killed. */
const workers = (): number[] =>
  readFileSync(`/proc/${serving.pid}/task/${serving.pid}/children`, 'utf8').trim().split(' ').map(Number);

it('whichever worker answers, a token is spent once and a mailbox is whole', async () => {
  connectAll();
  const requests = Array.from({ length: 200 }, (_, i) => lab.deposit(i % lab.shards));
  const statuses: number[] = [];
  await inParallel(requests, async (request) => {
    const other = { ...request, body: new Uint8Array(2_048) };
    const both = [ask(sessions[0]!, request), ask(sessions[1]!, other), ask(sessions[2]!, other)];
    for (const { status } of await Promise.all(both)) statuses.push(status);
  });
  const created = statuses.filter((status) => status === 201).length;
  expect(statuses.every((status) => status === 201 || status === 409)).toBe(true);
  // One request of each three has the token; it stands twice where it is one of the two that are alike.
  expect(created).toBeGreaterThanOrEqual(requests.length);
  expect(created).toBeLessThanOrEqual(requests.length * 2);
  const [first, second] = [await lab.retrieveAll(sessions[0]!), await lab.retrieveAll(sessions[1]!)];
  expect(first).toEqual(second);
  const zeros = textOf(new Uint8Array(2_048));
  for (const { body } of requests) expect(first.has(textOf(body!)) || first.has(zeros)).toBe(true);
});

/** User and system time in ticks: the 14th and 15th field, counted after the name in brackets. */
function ticksOf(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

it('each has its share of the work: none more than 60 of 100', async () => {
  // What is shared out is connections, to whichever worker is free: of many at once, a worker that the machine lets wait
  // gets fewer. One after the other they go to each in turn.
  connectAll(0);
  for (let i = 0; i < 24; i++) {
    const session = lab.connect();
    sessions.push(session);
    await once(session, 'connect');
  }
  const requests = Array.from({ length: 7_000 }, (_, i) => ({ request: lab.deposit(i % lab.shards), i }));
  const send = (some: typeof requests) =>
    inParallel(some, async ({ request, i }) => void (await ask(sessions[i % sessions.length]!, request)));
  await send(requests.slice(0, 1_000)); // what is compiled on the way is no share of the work
  // The clock of a process ticks a hundred times a second, and others run here too: three times it may be asked.
  const shares: number[] = [];
  for (let from = 1_000; from < requests.length; from += 2_000) {
    const before = workers().map(ticksOf);
    await send(requests.slice(from, from + 2_000));
    const used = workers().map((pid, at) => ticksOf(pid) - before[at]!);
    const all = used.reduce((sum, one) => sum + one, 0);
    shares.push(Math.max(...used) / all);
    if (shares.at(-1)! <= 0.6) break;
  }
  expect(Math.min(...shares)).toBeLessThanOrEqual(0.6);
});

it('a worker that dies is started again; meanwhile the other serves', async () => {
  const before = workers();
  expect(before).toHaveLength(2);
  process.kill(before[0]!, 'SIGKILL');
  await expect
    .poll(() => workers().filter((pid) => !before.includes(pid)), { timeout: 20_000 })
    .toHaveLength(1);
  connectAll();
  const requests = Array.from({ length: 40 }, (_, i) => lab.deposit(i));
  const statuses = new Set<number>();
  await inParallel(requests, async (request) => void statuses.add((await ask(sessions[0]!, request)).status));
  expect([...statuses]).toEqual([201]);
  await expect.poll(() => serving.output()).toContain('"event":"worker-ended"');
});

const readMetrics = async (): Promise<string> => {
  const [, origin] = /^ready .*(http:\S+)/m.exec(serving.output())!;
  return (
    await fetch(`${origin}/metrics`, {
      headers: { connection: 'close' },
      signal: AbortSignal.timeout(10_000),
    })
  ).text();
};
const created = async (): Promise<number> =>
  Number(/^oobleck_deposits_total\{outcome="created"\} ([0-9]+)$/m.exec(await readMetrics())?.[1] ?? 0);

it('metrics are those of all workers, whichever of them is asked, and none goes back when one dies', async () => {
  connectAll();
  await Promise.all(sessions.map((session) => once(session, 'connect')));
  const before = await created();
  const requests = Array.from({ length: 40 }, (_, i) => lab.deposit(i));
  await Promise.all(requests.map((request, i) => ask(sessions[i % 4]!, request)));
  for (let asked = 0; asked < 4; asked++) expect(await created()).toBe(before + 40);
  const spentOnAnother = { ...requests[0]!, body: new Uint8Array(2_048) };
  expect((await ask(sessions[1]!, spentOnAnother)).status).toBe(409);
  const text = await readMetrics();
  expect(text).toMatch(/^oobleck_store_deposits [1-9][0-9]*$/m);
  expect(text).toMatch(/^oobleck_store_spent_tokens [1-9][0-9]*$/m);
  expect(text).toMatch(/^oobleck_store_operation_seconds_count [1-9][0-9]*$/m);
  expect(text).toMatch(/^oobleck_token_spends_total\{state="other"\} [1-9][0-9]*$/m);
  expect(text).toMatch(/^oobleck_store_away 0$/m);
  const running = workers();
  process.kill(running[0]!, 'SIGKILL');
  await expect
    .poll(() => workers().filter((pid) => !running.includes(pid)), { timeout: 20_000 })
    .toHaveLength(1);
  await expect.poll(created, { timeout: 20_000 }).toBe(before + 40);
});

it('a worker that is silent is shown as it last was, and holds nobody up for long', async () => {
  const before = await created();
  expect(before).toBeGreaterThan(0);
  const [silent] = workers();
  process.kill(silent!, 'SIGSTOP');
  try {
    // Connections go to the workers in turn: one of two reaches the other.
    const answers = [created(), created(), created(), created()];
    expect(await Promise.any(answers)).toBe(before);
    process.kill(silent!, 'SIGCONT');
    expect(await Promise.all(answers)).toEqual([before, before, before, before]);
  } finally {
    process.kill(silent!, 'SIGCONT');
  }
});

it('SIGHUP reaches every worker, and SIGTERM ends them all in order', async () => {
  const pids = workers();
  await expect
    .poll(
      () => {
        process.kill(serving.pid, 'SIGHUP');
        return serving.output().match(/"event":"reloaded"/g)?.length ?? 0;
      },
      { timeout: 10_000, interval: 500 },
    )
    .toBeGreaterThanOrEqual(2);
  expect(await serving.stop()).toBe(0);
  for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});

it('several workers without a store that they share are a fault of the configuration', async () => {
  await expect(lab.serve({ workers: 2 })).rejects.toThrow(
    'configuration: store: expected lmdb: or redis:, since there are several workers',
  );
  await expect(lab.serve({ workers: 2, store: 'redis://user:secret@:x' })).rejects.toThrow(
    /^(?![\s\S]*secret)[\s\S]*configuration: store: expected memory:/,
  );
});
