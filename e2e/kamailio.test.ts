// A call that lost its Identity header field on a telephone leg is verified all the same: real Kamailio with the recipe
// of the documentation, real SIPp at both ends, real processes of Oobleck. What a call was worth is judged by what the
// called side received.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Carriers, type NodeName, startCarriers } from './carriers.ts';
import { eventually } from './eventually.ts';
import { isMissing } from './programs.ts';
import { createSipProbe } from './sip-probe.ts';
import { type NumberPair, placeCalls, type ReceivedCall } from './sipp.ts';

const PACE = { callsPerSecond: 25 };
const READY_LIMIT_MS = 30_000;

describe.skipIf(isMissing('kamailio', 'sipp'))('calls between two carriers with Kamailio', () => {
  const folder = mkdtempSync(join(tmpdir(), 'oobleck-carriers-'));
  let carriers: Carriers;

  beforeAll(async () => {
    carriers = await startCarriers(folder);
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

  /** Calls each pair by way of one entrance, all of which have to be answered. @returns what arrived, in order of `pairs` */
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
  const stop = (...names: readonly NodeName[]) =>
    Promise.all(names.map((name) => carriers.nodes.get(name)!.stop()));

  it('verifies 200 calls of distinct numbers out of band', async () => {
    const pairs = numberPairs(0, 200);
    expect(await callAll('alpha', pairs)).toEqual(pairs.map((pair) => passed(pair, false)));
  }, 60_000);

  it('finds nothing for 50 calls that were never signed', async () => {
    const pairs = numberPairs(200, 50);
    expect(await callAll('tdm', pairs)).toEqual(pairs.map((pair) => unverified(pair)));
  }, 60_000);

  it('signs and verifies a call whose Call-ID would break out of JSON, and believes no header of its caller', async () => {
    const { calling, called } = numberPairs(250, 1)[0]!;
    const probe = await createSipProbe();
    const place = (user: string, callId: string, headers: readonly string[]) =>
      probe.place(carriers.ports.alpha, {
        called: user,
        callId,
        from: `"a\\"b\\\\" <sip:+${calling};verstat=TN-Validation-Failed@127.0.0.1>`,
        headers,
      });
    const hostile = `"},"x":"\\u0000$ci$var(body)'${'{'}%s`;
    expect((await place(`+${called}`, hostile, ['Identity: a.b.c";ppt=shaken'])).status).toBe(200);
    const claimed = ['X-Verstat: TN-Validation-Passed', 'P-Asserted-Identity: <sip:1;verstat=x@h>'];
    const spoofed = numberPairs(251, 1)[0]!.called;
    const { status } = await probe.place(carriers.ports.bravo, {
      called: `+${spoofed}`,
      callId: `${hostile}2`,
      from: `<sip:+${calling};verstat=TN-Validation-Passed@127.0.0.1>`,
      headers: [...claimed, 'Identity: a"b\\c$fU","callId":"x;ppt=shaken'],
    });
    await probe.close();
    expect(status).toBe(200);
    const received = new Map(carriers.calledSide.received().map((call) => [call.called, call]));
    expect(received.get(called)).toEqual(passed({ calling, called }, false));
    expect(received.get(spoofed)?.verstat).toBe('TN-Validation-Failed');
  });

  it('verifies 20 calls in band where no telephone leg is between, without any CPS', async () => {
    await stop('bravo-services');
    const pairs = numberPairs(300, 20);
    expect(await callAll('alphaOverIp', pairs)).toEqual(pairs.map((pair) => passed(pair, true)));
  });

  it('has no verdict for calls over the telephone leg as long as the CPS is away', async () => {
    const pairs = numberPairs(320, 5);
    expect(await callAll('alpha', pairs)).toEqual(pairs.map((pair) => unverified(pair)));
  });

  it('completes 20 more calls with the services beside the switches stopped', async () => {
    await stop('alpha-calls', 'bravo-calls');
    const pairs = numberPairs(400, 20);
    expect(await callAll('alpha', pairs)).toEqual(pairs.map((pair) => unverified(pair)));
  });
});

/** Numbers of alpha call numbers of bravo; no number occurs twice in the whole test. */
function numberPairs(first: number, count: number): readonly NumberPair[] {
  return Array.from({ length: count }, (_none, at) => ({
    calling: String(12025550000 + ((first + at) % 5000)),
    called: String(12155010000 + first + at),
  }));
}

function passed(pair: NumberPair, hasIdentity: boolean): ReceivedCall {
  return { ...pair, ...verdictOf(pair, 'TN-Validation-Passed'), hasIdentity };
}

function unverified(pair: NumberPair): ReceivedCall {
  return { ...pair, ...verdictOf(pair, 'No-TN-Validation'), hasIdentity: false };
}

function verdictOf({ calling }: NumberPair, verstat: string) {
  return { verstat, asserted: `<sip:+${calling};verstat=${verstat}@bravo.example;user=phone>` };
}
