import { beforeAll, describe, expect, it } from 'vitest';
import { type Carrier, createStiAuthority, crypto, NOW, type StiAuthority } from '../../test/carrier.ts';
import type { ArrivedCall } from '../call/index.ts';
import { validatePath } from '../certificate/index.ts';
import { signCompactJws } from '../jws/index.ts';
import { parseTelephoneNumber } from '../number/index.ts';
import { createPassportSigner, divert, type Passport, parsePassport } from '../passport/index.ts';
import { type ChainOutcome, judgeChain } from './judge-passport.ts';
import { matchChain, servesUntil } from './match-call.ts';
import { findChains, linksOf, MAXIMUM_DIVERSIONS, type PassportChain } from './passport-chain.ts';

const X5U = 'https://cert.example.org/passport.cer';
const rules = { crypto, freshnessSeconds: 60 };
const tn = (text: string) => ({ kind: 'tn' as const, number: parseTelephoneNumber(text) });
const CALLER = '12155551212';
/** The numbers the call passes, each with a certificate of its own. */
const HOPS = [
  '12155551213',
  '12155551214',
  '12155551215',
  '12155551216',
  '12155551217',
  '12155551218',
  '12155551219',
];
const ISSUED = NOW - 10;

let authority: StiAuthority;
const carriers = new Map<string, Carrier>();
beforeAll(async () => {
  authority = await createStiAuthority();
  for (const number of [CALLER, ...HOPS]) carriers.set(number, await authority.issueCarrier([`2-${number}`]));
});

const signerOf = (number: string) => createPassportSigner(carriers.get(number)!.key, X5U);
const original = (issuedAt = ISSUED, caller = CALLER, dest = HOPS[0]!) =>
  parsePassport(
    signerOf(CALLER).sign({
      extension: 'base',
      id: 'one',
      originator: tn(caller),
      destinations: { numbers: [tn(dest).number], uris: [] },
      issuedAt,
    }),
  );
/** From the hop `at` to the next, signed by whoever holds the hop. */
const hop = (earlier: Passport, at: number, extension: 'div' | 'div-o' = 'div', issuedAt?: number) => {
  const order = { from: tn(HOPS[at]!), to: tn(HOPS[at + 1]!), extension, ...(issuedAt && { issuedAt }) };
  return parsePassport(signerOf(HOPS[at]!).sign(divert(earlier, order)!));
};
/** The original and its diversions, in order. */
const chainOf = (hops: number, extension: 'div' | 'div-o' = 'div') => {
  const passports = [original()];
  for (let at = 0; at < hops; at++) passports.push(hop(passports[at]!, at, extension));
  return passports;
};
const callTo = (number: string): ArrivedCall => ({
  tenant: 't',
  callId: 'c',
  caller: tn(CALLER).number,
  called: [tn(number).number],
  formerlyCalled: [],
  arrivedAt: NOW,
});
/** The chain of certificates for whoever should have signed each link. */
const outcomesOf = (chain: PassportChain): ChainOutcome[] =>
  linksOf(chain).map(({ diversion }) => {
    const { from } = diversion ?? {};
    const signer = from?.kind === 'tn' ? from.number : CALLER;
    return {
      path: validatePath({
        chain: carriers.get(signer)!.chain,
        anchors: [authority.anchor],
        at: NOW,
        crypto,
      }),
    };
  });
const judge = (chain: PassportChain, called: string, own: object = rules) => {
  const applied = { ...rules, ...own };
  const fault = matchChain(chain, callTo(called), applied, NOW);
  if (fault !== undefined) return fault;
  const judged = judgeChain(chain, outcomesOf(chain), 'in-band', applied);
  return 'fault' in judged ? judged.fault : 'verified';
};
const longest = (passports: readonly Passport[]) =>
  [...findChains(passports).chains].sort((a, b) => b.diversions.length - a.diversions.length)[0]!;

describe('X-02: chains of diversion (RFC 8946 Section 4.2)', () => {
  it.each([1, 2, 5])('%d hops of div, in any order', (hops) => {
    const passports = chainOf(hops);
    for (const order of [passports, [...passports].reverse()]) {
      const chain = longest(order);
      expect(chain.diversions.map(({ token }) => token)).toEqual(
        passports
          .slice(1)
          .reverse()
          .map(({ token }) => token),
      );
      expect(chain.base.token).toBe(passports[0]!.token);
      expect(judge(chain, HOPS[hops]!)).toBe('verified');
    }
  });

  it.each([1, 2, 5])('%d hops of div-o, each inside the next (RFC 8946 Section 5.1)', (hops) => {
    const passports = chainOf(hops, 'div-o');
    const { chains, faults } = findChains([passports.at(-1)!]);
    expect(faults).toEqual([]);
    expect(linksOf(chains[0]!).map(({ token }) => token)).toEqual(
      passports.map(({ token }) => token).reverse(),
    );
    expect(judge(chains[0]!, HOPS[hops]!)).toBe('verified');
  });

  it('div after div-o', () => {
    const nested = chainOf(1, 'div-o')[1]!;
    const chain = longest([hop(nested, 1), nested]);
    expect(chain.diversions).toHaveLength(2);
    expect(judge(chain, HOPS[2]!)).toBe('verified');
  });

  it('one div for several originals (RFC 8946 Section 4.1)', () => {
    const other = parsePassport(
      signerOf(CALLER).sign({ ...original(), extension: 'rph', priority: { authorized: ['ets.0'] } }),
    );
    const div = hop(original(), 0);
    const { chains } = findChains([div, other, original()]);
    expect(chains.filter(({ diversions }) => diversions.length === 1)).toHaveLength(2);
  });

  it.each(['div', 'div-o'] as const)('six hops of %s are too many', (type) => {
    const passports = chainOf(MAXIMUM_DIVERSIONS + 1, type);
    for (const { diversions } of findChains(passports).chains)
      expect(diversions.length).toBeLessThanOrEqual(MAXIMUM_DIVERSIONS);
  });

  it('a link missing', () => {
    const [, first, second] = chainOf(2);
    expect(findChains([second!, first!])).toEqual({
      chains: [],
      faults: ['broken-diversion', 'broken-diversion'],
    });
    expect(findChains([original(), second!]).faults).toEqual(['broken-diversion']);
  });

  it('another orig', () => {
    const other = original(ISSUED, '12155551299');
    expect(findChains([other, hop(original(), 0)]).faults).toEqual(['broken-diversion']);
    const nested = hop(other, 0, 'div-o');
    const moved = parsePassport(signerOf(HOPS[0]!).sign({ ...nested, originator: tn(CALLER) }));
    expect(findChains([moved])).toEqual({ chains: [], faults: ['broken-diversion'] });
  });

  it('another dest than div names', () => {
    const elsewhere = original(ISSUED, CALLER, HOPS[3]);
    expect(findChains([elsewhere, hop(original(), 0)]).faults).toEqual(['broken-diversion']);
  });

  it('an inner type that is not supported: the chain is ignored', () => {
    const header = { alg: 'ES256', typ: 'passport', x5u: X5U, ppt: 'foo' };
    const opt = signCompactJws(JSON.stringify(header), '{}', carriers.get(CALLER)!.key);
    const nested = hop(original(), 0, 'div-o');
    const changed = { ...nested, diversion: { from: tn(HOPS[0]!), original: opt } };
    const found = findChains([parsePassport(signerOf(HOPS[0]!).sign(changed))]);
    expect(found).toEqual({ chains: [], faults: ['unsupported-ppt'] });
  });

  it('X-06: rsp is no original, and is ignored in requests (RFC 9970 Section 9)', () => {
    const rsp = parsePassport(signerOf(CALLER).sign({ ...original(), extension: 'rsp' }));
    expect(findChains([rsp])).toEqual({ chains: [], faults: [] });
    expect(findChains([rsp, hop(rsp, 0)])).toEqual({ chains: [], faults: ['broken-diversion'] });
  });

  it('messages and third parties are about no call', () => {
    const message = parsePassport(signerOf(CALLER).sign({ ...original(), extension: 'msg' }));
    const third = parsePassport(
      signerOf(CALLER).sign({ ...original(), extension: 'rcd', callReason: 'x', issuer: 'Zorin' }),
    );
    expect(findChains([message, third])).toEqual({ chains: [], faults: [] });
  });

  it('a set that links everything to everything ends soon', () => {
    const many = Array.from({ length: 16 }, (_, at) => {
      const from = tn(HOPS[at % 7]!);
      const numbers = HOPS.filter((number) => number !== from.number).map((number) => tn(number).number);
      return parsePassport(
        signerOf(CALLER).sign({
          ...original(),
          id: String(at),
          extension: 'div',
          destinations: { numbers, uris: [] },
          diversion: { from },
        }),
      );
    });
    const start = performance.now();
    expect(findChains([original(), ...many]).chains.length).toBeLessThanOrEqual(16);
    expect(performance.now() - start).toBeLessThan(50);
  });
});

describe('X-02: what a chain says of the call', () => {
  const spread = (ages: readonly number[]) => {
    const passports = [original(NOW - ages[0]!)];
    for (const [at, age] of ages.slice(1).entries())
      passports.push(hop(passports[at]!, at, 'div', NOW - age));
    return longest(passports);
  };

  it.each<[string, number[], object, string]>([
    ['all fresh', [60, 30, 0], {}, 'verified'],
    ['the latest 61 s old', [0, 0, 61], {}, 'stale'],
    ['the latest 61 s ahead', [0, 0, -61], {}, 'stale'],
    ['the first 61 s old', [61, 0, 0], {}, 'stale'],
    ['one between 61 s old', [0, 61, 0], {}, 'stale'],
    [
      'the first an hour old, where transfers may be',
      [3600, 0, 0],
      { divertedMaximumAgeSeconds: 3600 },
      'verified',
    ],
    ['the first over an hour old', [3601, 0, 0], { divertedMaximumAgeSeconds: 3600 }, 'stale'],
    [
      'the latest not fresh, whatever may be diverted',
      [0, 0, 61],
      { divertedMaximumAgeSeconds: 3600 },
      'stale',
    ],
    ['the first 61 s ahead', [-61, 0, 0], { divertedMaximumAgeSeconds: 3600 }, 'stale'],
  ])('%s', (_, ages, own, expected) => expect(judge(spread(ages), HOPS[2]!, own)).toBe(expected));

  it('the latest dest is who is called, the first orig who calls', () => {
    const chain = longest(chainOf(2));
    for (const number of [HOPS[0]!, HOPS[1]!, HOPS[3]!]) expect(judge(chain, number)).toBe('called-mismatch');
    const other = { ...callTo(HOPS[2]!), caller: tn('12155551299').number };
    expect(matchChain(chain, other, rules, NOW)).toBe('caller-mismatch');
  });

  it('keeps the original taken for as long as it can be diverted again', () => {
    const long = { ...rules, divertedMaximumAgeSeconds: 3600 };
    const chain = longest(chainOf(1));
    expect([servesUntil(chain, rules), servesUntil(chain, long)]).toEqual([ISSUED + 60, ISSUED + 3600]);
    expect(servesUntil({ ...chain, diversions: [] }, long)).toBe(ISSUED + 60);
  });
});

describe('X-01: who signs a diversion (RFC 8946 Section 3)', () => {
  it('each link in turn signed by somebody else', () => {
    const passports = chainOf(2);
    for (const broken of [1, 2]) {
      const stranger = createPassportSigner(carriers.get(HOPS[5]!)!.key, X5U);
      const forged = parsePassport(stranger.sign(passports[broken]!));
      const set = passports.map((passport, at) => (at === broken ? forged : passport));
      const chain = longest(set);
      expect(judge(chain, HOPS[2]!)).toBe('bad-signature');
      const position = chain.diversions.indexOf(forged);
      const outcomes = outcomesOf(chain);
      const path = validatePath({
        chain: carriers.get(HOPS[5]!)!.chain,
        anchors: [authority.anchor],
        at: NOW,
        crypto,
      });
      outcomes[position] = { path };
      expect(judgeChain(chain, outcomes, 'in-band', rules)).toEqual({ fault: 'no-authority' });
    }
  });

  it('a provider’s word does not prove the number diverted from', async () => {
    const provider = await authority.issueCarrier(['0-1234']);
    const div = divert(original(), { from: tn(HOPS[0]!), to: tn(HOPS[1]!), extension: 'div' })!;
    const chain = longest([original(), parsePassport(createPassportSigner(provider.key, X5U).sign(div))]);
    const outcomes = outcomesOf(chain);
    outcomes[0] = {
      path: validatePath({ chain: provider.chain, anchors: [authority.anchor], at: NOW, crypto }),
    };
    expect(judgeChain(chain, outcomes, 'in-band', rules)).toEqual({ fault: 'no-authority' });
  });

  it('the original with a signature that does not hold, or without its chain', () => {
    const forged = parsePassport(signerOf(HOPS[5]!).sign({ ...original() }));
    expect(judge(longest([forged, hop(forged, 0)]), HOPS[1]!)).toBe('bad-signature');
    const chain = longest(chainOf(1));
    const missing: ChainOutcome[] = [outcomesOf(chain)[0]!, { fault: 'certificate-unavailable' }];
    expect(judgeChain(chain, missing, 'in-band', rules)).toEqual({ fault: 'certificate-unavailable' });
    expect(judgeChain(chain, missing.slice(0, 1), 'in-band', rules)).toEqual({ fault: 'internal' });
  });

  it('says what diverted the call', () => {
    const chain = longest(chainOf(2));
    expect(judgeChain(chain, outcomesOf(chain), 'in-band', rules)).toEqual({
      value: { passport: chain.base, diversions: chain.diversions, authority: 'number', channel: 'in-band' },
    });
  });
});
