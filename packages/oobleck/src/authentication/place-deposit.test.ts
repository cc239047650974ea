// What one deposit may cost, and whom it bothers: the tokens of a call are one budget, whatever the key credential of
// the called number asks for, and a CPS that has no such mailbox is left alone.

import type { Deposit } from '@oobleck/stir/placement';
import { expect, it } from 'vitest';
import type { DepositAnswer, TokenPurse } from './parts.ts';
import { createAbsentMailboxes, placeDeposit } from './place-deposit.ts';

const CPS = ['https://one.example', 'https://two.example', 'https://three.example'];

const depositOf = (stake: number): Deposit => ({
  address: new Uint8Array(36),
  cps: CPS,
  blob: new Uint8Array(2048),
  retractSecret: new Uint8Array(32),
  retractHash: new Uint8Array(32),
  lifetimeSeconds: 30,
  stake,
});

function world(answers: Record<string, DepositAnswer>) {
  const taken: [string, number][] = [];
  const asked: string[] = [];
  let nowMs = 0;
  const purse: TokenPurse = {
    take(cps, count) {
      taken.push([cps, count]);
      return Array.from({ length: count }, () => ({}) as never);
    },
  };
  const sender = {
    async send(cps: string) {
      asked.push(cps);
      return answers[cps]!;
    },
    retract: async () => undefined,
  };
  const absent = createAbsentMailboxes(() => nowMs);
  const pass = (ms: number): void => {
    nowMs += ms;
  };
  return { parts: { purse, sender, absent }, taken, asked, pass };
}

it('tokens of all attempts together stay within the budget of the call', async () => {
  const { parts, taken } = world({ [CPS[0]!]: 'unavailable', [CPS[1]!]: 'unavailable', [CPS[2]!]: 'stored' });
  const budget = { left: 8 };
  const result = await placeDeposit(parts, depositOf(5), budget, 250);
  expect(taken).toEqual([
    ['one.example', 6],
    ['two.example', 2],
  ]);
  expect([budget.left, result.outcome]).toEqual([0, 'unavailable']);
});

it('deposits of one call share the budget, the first one first', async () => {
  const { parts, taken } = world({ [CPS[0]!]: 'stored' });
  const budget = { left: 8 };
  const results = await Promise.all(
    [7, 7].map((stake) => placeDeposit(parts, depositOf(stake), budget, 250)),
  );
  expect(taken).toEqual([['one.example', 8]]);
  expect(results.map(({ outcome }) => outcome)).toEqual(['stored', 'no-token']);
});

it('a CPS without the mailbox is not asked again for five minutes', async () => {
  const { parts, asked, pass } = world({ [CPS[0]!]: 'absent', [CPS[1]!]: 'stored' });
  await placeDeposit(parts, depositOf(0), { left: 8 }, 250);
  await placeDeposit(parts, depositOf(0), { left: 8 }, 250);
  pass(300_001);
  await placeDeposit(parts, depositOf(0), { left: 8 }, 250);
  expect(asked).toEqual([CPS[0], CPS[1], CPS[1], CPS[0], CPS[1]]);
});

it('a CPS that is given up for now costs no token and no time, and is not asked to take back what it never got', async () => {
  const { parts, taken, asked } = world({ [CPS[1]!]: 'stored' });
  const sender = { ...parts.sender, isSuspended: (cps: string) => cps === CPS[0] };
  const result = await placeDeposit({ ...parts, sender }, depositOf(0), { left: 8 }, 250);
  expect(result).toMatchObject({ outcome: 'stored', places: [CPS[1]] });
  expect(taken).toEqual([['two.example', 1]]);
  expect(asked).toEqual([CPS[1]]);
});

it('where every CPS is given up for now nothing is spent, and that is no lack of tokens', async () => {
  const { parts, taken } = world({});
  const sender = { ...parts.sender, isSuspended: () => true };
  const result = await placeDeposit({ ...parts, sender }, depositOf(0), { left: 8 }, 250);
  expect(result).toMatchObject({ outcome: 'unavailable', places: [] });
  expect(taken).toEqual([]);
});
