// 200 calls at 100 a second through Kamailio with the redirect recipe: signed on the INVITE's way into the telephone leg,
// verified out of band on its way out. And what becomes of calls when the redirect elements are gone.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Carriers, startCarriers } from './carriers.ts';
import { eventually } from './eventually.ts';
import { isMissing } from './programs.ts';
import { type NumberPair, placeCalls, type ReceivedCall } from './sipp.ts';

const PACE = { callsPerSecond: 100 };
const READY_LIMIT_MS = 30_000;

describe.skipIf(isMissing('kamailio', 'sipp'))('calls between two carriers with redirect elements', () => {
  const folder = mkdtempSync(join(tmpdir(), 'oobleck-redirects-'));
  let carriers: Carriers;

  beforeAll(async () => {
    carriers = await startCarriers(folder, 'redirect');
    let trials = 0;
    await eventually('a trial call verifies', READY_LIMIT_MS, async () => {
      const [call] = await callAll('alpha', numberPairs(9_000 + trials++, 1));
      return call?.verstat === 'TN-Validation-Passed';
    });
  }, 150_000);

  afterAll(async () => {
    await carriers?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** All have to be answered. @returns what arrived, in order of `pairs` */
  const callAll = async (
    entrance: keyof Carriers['ports'],
    pairs: readonly NumberPair[],
  ): Promise<readonly (ReceivedCall | undefined)[]> => {
    const { answered } = await placeCalls(folder, carriers.ports[entrance], pairs, PACE);
    expect(answered).toBe(pairs.length);
    const find = () => {
      const received = new Map(carriers.calledSide.received().map((call) => [call.called, call]));
      return pairs.map(({ called }) => received.get(called));
    };
    await eventually('the called side logged every call', 5_000, () => !find().includes(undefined));
    return find();
  };

  it('verifies 200 calls of distinct numbers out of band', async () => {
    const pairs = numberPairs(0, 200);
    expect(await callAll('alpha', pairs)).toEqual(pairs.map((pair) => passed(pair, false)));
  }, 60_000);

  it('verifies 20 calls in band where no telephone leg is between', async () => {
    const pairs = numberPairs(300, 20);
    expect(await callAll('alphaOverIp', pairs)).toEqual(pairs.map((pair) => passed(pair, true)));
  });

  it('finds nothing for 20 calls that were never signed', async () => {
    const pairs = numberPairs(400, 20);
    const verdicts = (await callAll('tdm', pairs)).map((call) => call?.verstat);
    expect(verdicts).toEqual(pairs.map(() => 'No-TN-Validation'));
  });

  it('completes 20 more calls with the redirect elements stopped', async () => {
    await Promise.all(
      ['alpha-calls', 'bravo-calls'].map((name) => carriers.nodes.get(name as never)!.stop()),
    );
    const pairs = numberPairs(500, 20);
    const calls = await callAll('alpha', pairs);
    expect(calls.map((call) => [call?.verstat, call?.hasIdentity])).toEqual(
      pairs.map(() => ['No-TN-Validation', false]),
    );
  }, 60_000);
});

/** Numbers of alpha call numbers of bravo; no number occurs twice in the whole test. */
function numberPairs(first: number, count: number): readonly NumberPair[] {
  return Array.from({ length: count }, (_none, at) => ({
    calling: String(12025550000 + ((first + at) % 5000)),
    called: String(12155010000 + first + at),
  }));
}

function passed(pair: NumberPair, hasIdentity: boolean): ReceivedCall {
  const asserted = `<sip:+${pair.calling};verstat=TN-Validation-Passed@bravo.example;user=phone>`;
  return { ...pair, verstat: 'TN-Validation-Passed', asserted, hasIdentity };
}
