import { beforeAll, describe, expect, it } from 'vitest';
import { type Carrier, createStiAuthority, NOW } from '../../test/carrier.ts';
import { parseIdentity } from '../identity/index.ts';
import { parseTelephoneNumber } from '../number/index.ts';
import { createPassportSigner, divert, parsePassport } from '../passport/index.ts';
import { findCompanions } from './companions.ts';
import { byWeight, findChains } from './passport-chain.ts';
import { restoredIdentities } from './restored-identities.ts';
import { notVerified, type ValidPassport, verifiedBy } from './verdict.ts';

const tn = (text: string) => ({ kind: 'tn' as const, number: parseTelephoneNumber(text) });
const [CALLER, FIRST, SECOND, THIRD] = ['12155551212', '12155551213', '12155551214', '12155551215'].map(tn);

let carrier: Carrier;
beforeAll(async () => {
  carrier = await (await createStiAuthority()).issueCarrier([`2-${CALLER!.number}`]);
});
const sign = (statement: object) =>
  parsePassport(
    createPassportSigner(carrier.key, 'https://cr.example/one.pem').sign({
      extension: 'base',
      originator: CALLER!,
      destinations: { numbers: [FIRST!.number], uris: [] },
      issuedAt: NOW,
      ...statement,
    }),
  );
const types = {
  shaken: () =>
    sign({
      extension: 'shaken',
      shaken: { attestation: 'A', originationId: '00000000-0000-4000-8000-000000000000' },
    }),
  base: () => sign({ id: 'one' }),
  rcd: () => sign({ extension: 'rcd', callReason: 'x' }),
  rph: () => sign({ extension: 'rph', priority: { authorized: ['ets.0'] } }),
  third: () => sign({ extension: 'rcd', callReason: 'x', issuer: 'Example' }),
};
const sentOn = (
  earlier: ReturnType<typeof sign>,
  from: typeof FIRST,
  to: typeof FIRST,
  extension: 'div' | 'div-o',
) => sign(divert(earlier, { from: from!, to: to!, extension })!);
const validOf = (
  passport: ReturnType<typeof sign>,
  ...diversions: ReturnType<typeof sign>[]
): ValidPassport => ({
  passport,
  authority: 'number',
  channel: 'out-of-band',
  ...(diversions.length === 0 ? {} : { diversions }),
});
const restored = (valid: ValidPassport, ...companions: ValidPassport[]) =>
  restoredIdentities(verifiedBy(valid, companions)).map((value) => parseIdentity(value));

describe('what is put back of a verdict (RFC 8816 Section 5.3)', () => {
  it('nothing of a call that is not verified', () => {
    expect(restoredIdentities(notVerified('no-passport'))).toEqual([]);
  });

  it('the PASSporT it rests on and all that came with it, each with its own type', () => {
    const [shaken, rph, rcd] = [types.shaken(), types.rph(), types.rcd()];
    expect(restored(validOf(shaken), validOf(rph), validOf(rcd))).toMatchObject([
      { token: shaken.token, ppt: 'shaken', info: 'https://cr.example/one.pem' },
      { token: rph.token, ppt: 'rph' },
      { token: rcd.token, ppt: 'rcd' },
    ]);
  });

  it('a diversion of several once, the earliest first, behind those it diverts', () => {
    const [shaken, rph] = [types.shaken(), types.rph()];
    const one = sentOn(shaken, FIRST, SECOND, 'div');
    const two = sentOn(one, SECOND, THIRD, 'div');
    const all = restored(validOf(shaken, two, one), validOf(rph, two, one));
    expect(all.map(({ token }) => token)).toEqual([shaken, rph, one, two].map(({ token }) => token));
  });

  it('what lies inside a div-o has no field of its own', () => {
    const [shaken, rph] = [types.shaken(), types.rph()];
    const [outer, other] = [shaken, rph].map((one) => sentOn(one, FIRST, SECOND, 'div-o'));
    const all = restored(validOf(shaken, outer!), validOf(rph, other!));
    expect(all.map(({ token }) => token)).toEqual([outer!.token, other!.token]);
  });
});

describe('which PASSporT says most about the caller', () => {
  it('shaken, then base, rcd, rph, and last whoever speaks about somebody else’s', () => {
    const inOrder = [types.shaken(), types.base(), types.rcd(), types.rph(), types.third()];
    expect([...inOrder].reverse().sort(byWeight)).toEqual(inOrder);
    const bases = (passports: typeof inOrder) => findChains(passports).chains.map(({ base }) => base);
    expect(bases([...inOrder].reverse())).toEqual(inOrder.slice(0, 4));
  });

  it('a third party is none that a chain begins with, but may stand beside, diverted or not', () => {
    const [shaken, third] = [types.shaken(), types.third()];
    const div = sentOn(shaken, FIRST, SECOND, 'div');
    const message = sign({ extension: 'msg' });
    expect(findChains([third, message, shaken, div]).chains.map(({ base }) => base)).toEqual([
      shaken,
      shaken,
    ]);
    expect(findCompanions([third, message, shaken, div])).toEqual([
      { base: shaken, diversions: [] },
      { base: third, diversions: [] },
      { base: shaken, diversions: [div] },
      { base: third, diversions: [div] },
    ]);
  });
});
