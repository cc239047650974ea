import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Carrier, createStiAuthority } from '../../test/carrier.ts';
import { refusal } from '../../test/hostile.ts';
import type { Json } from '../json/index.ts';
import { StirError } from '../stir-error.ts';
import { formatX5c, parseX5c } from './x5c.ts';

let carrier: Carrier;
beforeAll(async () => {
  carrier = await (await createStiAuthority()).issueCarrier(['0-1234']);
});

describe('x5c (RFC 7515 Section 4.1.6)', () => {
  it('is standard base64 that Node reads, and comes back', () => {
    const x5c = formatX5c(carrier.chain);
    for (const [at, text] of x5c.entries()) {
      expect(text).toBe(Buffer.from(carrier.chain[at]!.der).toString('base64'));
      expect(() => new X509Certificate(Buffer.from(text, 'base64'))).not.toThrow();
    }
    expect(parseX5c({ x5c }).map(({ der }) => der)).toEqual(carrier.chain.map(({ der }) => der));
  });

  it.each<[string, (good: string) => Json]>([
    ['no list', (good) => good],
    ['an empty list', () => []],
    ['six certificates', (good) => Array(6).fill(good)],
    ['a number', () => [1]],
    ['base64url', (good) => [good.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')]],
    ['a line break', (good) => [`${good.slice(0, 64)}\n${good.slice(64)}`]],
    ['too much padding', (good) => [`${good.replaceAll('=', '')}====`]],
  ])('refuses %s', (_, spoil) => {
    // A length that needs padding, so that every spelling differs.
    const padded = Buffer.from(carrier.certificate.der).subarray(0, 301).toString('base64');
    expect(() => parseX5c({ x5c: spoil(padded) })).toThrow(refusal('ERR_JWS_FORMAT'));
  });

  it('refuses what is no certificate, by an error of this package', () => {
    expect(() => parseX5c({ x5c: ['AAAA'] })).toThrow(StirError);
    expect(() => parseX5c({})).toThrow(refusal('ERR_JWS_FORMAT'));
  });
});
