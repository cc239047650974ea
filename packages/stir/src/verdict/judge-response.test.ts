import { beforeAll, describe, expect, it } from 'vitest';
import { type Carrier, createStiAuthority, crypto, NOW, type StiAuthority } from '../../test/carrier.ts';
import { validatePath } from '../certificate/index.ts';
import { parseTelephoneNumber } from '../number/index.ts';
import { createPassportSigner, parsePassport } from '../passport/index.ts';
import type { ChainOutcome } from './judge-passport.ts';
import { judgeResponse, matchResponse } from './judge-response.ts';
import { thirdPartyFault } from './third-party.ts';

const X5U = 'https://cert.example.org/passport.cer';
const rules = { crypto, freshnessSeconds: 60 };
const tn = (text: string) => ({ kind: 'tn' as const, number: parseTelephoneNumber(text) });
const to = (text: string) => ({ numbers: [tn(text).number], uris: [] });
const [CALLER, CALLED, MIDDLE, REACHED] = [
  '12155551212',
  '12155551213',
  '12155551214',
  '12155551215',
] as const;
const request = { originator: tn(CALLER), destination: tn(CALLED) };

let authority: StiAuthority;
const carriers = new Map<string, Carrier>();
beforeAll(async () => {
  authority = await createStiAuthority();
  for (const number of [CALLED, MIDDLE, REACHED])
    carriers.set(number, await authority.issueCarrier([`2-${number}`]));
});
const outcome = (number: string): ChainOutcome => ({
  path: validatePath({ chain: carriers.get(number)!.chain, anchors: [authority.anchor], at: NOW, crypto }),
});
const signer = (number: string) => createPassportSigner(carriers.get(number)!.key, X5U);
const parties = (dest: string, issuedAt = NOW, caller: string = CALLER) => ({
  originator: tn(caller),
  destinations: to(dest),
  issuedAt,
});
const rsp = (dest: string, issuedAt?: number, caller?: string) =>
  parsePassport(signer(dest).sign({ extension: 'rsp', ...parties(dest, issuedAt, caller) }));
const div = (from: string, dest: string) =>
  parsePassport(signer(from).sign({ extension: 'div', diversion: { from: tn(from) }, ...parties(dest) }));
const match = (...passports: Parameters<typeof matchResponse>[0]) =>
  matchResponse(passports, request, rules, NOW);

describe('X-06: rsp in responses (RFC 9970 Section 9)', () => {
  it('says that the number called was reached', () => {
    const response = rsp(CALLED);
    expect(match(response)).toEqual({ value: { response, diversions: [] } });
    expect(judgeResponse({ response, diversions: [] }, [outcome(CALLED)], rules)).toBeUndefined();
  });

  it.each([
    ['no rsp', () => match(div(CALLED, MIDDLE)), 'no-passport'],
    ['another caller', () => match(rsp(CALLED, NOW, '1')), 'caller-mismatch'],
    ['61 s old', () => match(rsp(CALLED, NOW - 61)), 'stale'],
  ])('%s', (_, act, fault) => expect(act()).toEqual({ fault }));

  it('is signed by whoever has authority over dest, not over orig', () => {
    const response = rsp(CALLED);
    expect(judgeResponse({ response, diversions: [] }, [outcome(MIDDLE)], rules)).toBe('no-authority');
    const forged = parsePassport(signer(MIDDLE).sign({ extension: 'rsp', ...parties(CALLED) }));
    expect(judgeResponse({ response: forged, diversions: [] }, [outcome(CALLED)], rules)).toBe(
      'bad-signature',
    );
    expect(judgeResponse({ response, diversions: [] }, [], rules)).toBe('internal');
  });
});

describe('X-07: a destination that changed requires div (RFC 9970 Section 5)', () => {
  it('with diversions that lead there, in any order', () => {
    const response = rsp(REACHED);
    const first = div(CALLED, MIDDLE);
    const second = div(MIDDLE, REACHED);
    const found = match(second, response, first);
    expect(found).toEqual({ value: { response, diversions: [first, second] } });
    const reached = { response, diversions: [first, second] };
    expect(judgeResponse(reached, [REACHED, CALLED, MIDDLE].map(outcome), rules)).toBeUndefined();
    expect(judgeResponse(reached, [REACHED, CALLED, CALLED].map(outcome), rules)).toBe('no-authority');
  });

  it('without them, or with a gap, or in a circle', () => {
    const fault = { fault: 'broken-diversion' };
    expect(match(rsp(REACHED))).toEqual(fault);
    expect(match(rsp(REACHED), div(MIDDLE, REACHED))).toEqual(fault);
    expect(match(rsp(REACHED), div(CALLED, MIDDLE), div(MIDDLE, CALLED))).toEqual(fault);
  });
});

describe('third parties (RFC 9795)', () => {
  const first = () => rsp(CALLED);
  const third = (more: object) =>
    parsePassport(
      signer(MIDDLE).sign({
        extension: 'rcd',
        callReason: 'x',
        issuer: 'Zorin',
        ...parties(CALLED),
        ...more,
      }),
    );
  it('count beside a PASSporT of the same call only', () => {
    expect(thirdPartyFault(third({}), first())).toBeUndefined();
    expect(thirdPartyFault(third({ originator: tn('1') }), first())).toBe('caller-mismatch');
    expect(thirdPartyFault(third({ issuedAt: NOW - 61 }), first())).toBe('stale');
    expect(thirdPartyFault(first(), first())).toBe('unsupported-ppt');
  });
});
