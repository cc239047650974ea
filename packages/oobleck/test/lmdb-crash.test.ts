// `kill -9` of a CPS in the middle of 10,000 deposits, with its store in LMDB: whoever had a 201 finds the deposit after
// the restart, no token is taken again for anything else, and a request that had no answer is honoured when it is
// repeated.

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BareRequest } from '../../../bench/http/http-client.ts';
import { ask, type CpsLab, createCpsLab, inParallel, textOf } from './cps-lab.ts';

const DEPOSITS = 10_000;
const STORE = { store: 'lmdb:store' };

let lab: CpsLab;
beforeAll(async () => {
  lab = await createCpsLab();
});
afterAll(() => lab?.close());

it('kill -9 loses no deposit that had its 201, and no spent token is taken again', async () => {
  const first = await lab.serve(STORE);
  await lab.register();
  const sessions = Array.from({ length: 4 }, () => lab.connect());
  const requests = Array.from({ length: DEPOSITS }, (_, i) => lab.deposit(i % lab.shards));
  const created: (BareRequest & { readonly expiresAt: number })[] = [];
  const unanswered: BareRequest[] = [];
  let killed: Promise<void> | undefined;
  await inParallel(
    requests.map((request, i) => ({ request, session: sessions[i % 4]! })),
    async ({ request, session }) => {
      try {
        const { status } = await ask(session, request);
        if (status === 201) created.push({ ...request, expiresAt: performance.now() + 59_000 });
        if (created.length === DEPOSITS / 2) killed ??= first.kill();
      } catch {
        unanswered.push(request);
      }
    },
  );
  await killed;
  expect(created.length).toBeGreaterThanOrEqual(DEPOSITS / 2);
  expect(unanswered.length).toBeGreaterThan(DEPOSITS / 4);
  expect(created.length + unanswered.length).toBe(DEPOSITS);

  await lab.serve(STORE);
  const session = lab.connect();
  const found = await lab.retrieveAll(session);
  const lying = created.filter(({ expiresAt }) => expiresAt > performance.now());
  expect(lying.length).toBeGreaterThan(DEPOSITS / 4);
  expect(lying.filter(({ body }) => !found.has(textOf(body!)))).toEqual([]);

  const statuses = new Map<number, number>();
  const count = ({ status }: { status: number }) => statuses.set(status, (statuses.get(status) ?? 0) + 1);
  const other = new Uint8Array(2_048);
  await inParallel(
    created,
    async (request) => void count(await ask(session, { headers: request.headers, body: other })),
  );
  expect([...statuses]).toEqual([[409, created.length]]);

  statuses.clear();
  await inParallel(unanswered.slice(0, 500), async (request) => void count(await ask(session, request)));
  expect([...statuses]).toEqual([[201, 500]]);
  const now = await lab.retrieveAll(session);
  expect(unanswered.slice(0, 500).filter(({ body }) => !now.has(textOf(body!)))).toEqual([]);
  session.close();
}, 120_000);
