import { blindToken, encodeToken, storageChallenge, type Token } from '@oobleck/stir/token';
import { describe, expect, it } from 'vitest';
import { createMemorySpentTokens } from '../store/memory/spent-tokens.ts';
import type { PublishedKey } from './issuer.ts';
import {
  CPS_AUTHORITY,
  createCredential,
  createFixture,
  crypto,
  ISSUER_NAME,
  NOON,
} from './issuer-fixture.ts';
import { createTokenVerifier } from './token-verifier.ts';

const DAY = 86_400;
const MIDNIGHT = NOON + DAY / 2;
const fixture = createFixture(await createCredential('carrier'));
const keys = await fixture.issuer.publishedKeys();
const signers = await Promise.all(
  keys.map(async ({ notBefore }) =>
    crypto.importTokenSigningKey((await fixture.parts.keys.load(notBefore / DAY))!),
  ),
);

function mint(which: number, issuer = ISSUER_NAME, cps = CPS_AUTHORITY): Token {
  const signer = signers[which]!;
  const challenge = storageChallenge(issuer, cps);
  const { request, finalize } = blindToken({ crypto, key: signer.publicKey, challenge });
  return finalize({ blindSignature: signer.rawSign(request.blindedMessage)! })!;
}

function verifierAt(now: number, accepted: readonly PublishedKey[] = keys) {
  const clock = { now };
  const issuers = [{ name: ISSUER_NAME, keys: accepted }];
  return {
    clock,
    ...createTokenVerifier({ crypto, now: () => clock.now }, { cpsAuthority: CPS_AUTHORITY, issuers }),
  };
}

describe('token verifier', () => {
  it('leaves out a key that is none, and keeps the others', () => {
    const broken = { spki: Uint8Array.of(1, 2, 3), notBefore: 0, notAfter: NOON + DAY };
    const verifier = createTokenVerifier(
      { crypto, now: () => NOON },
      { cpsAuthority: CPS_AUTHORITY, issuers: [{ name: ISSUER_NAME, keys: [broken, ...keys] }] },
    );
    expect(verifier.verifyToken(mint(0))).toBeDefined();
    verifier.replaceIssuers([
      { name: 'other.example', keys: [broken] },
      { name: ISSUER_NAME, keys },
    ]);
    expect(verifier.verifyToken(mint(0))).toBeDefined();
  });

  it('accepts a token as value and as bytes, until ten minutes after its day', () => {
    const { verifyToken } = verifierAt(NOON);
    const token = mint(0);
    const accepted = verifyToken(token);
    expect(accepted).toMatchObject({ issuer: ISSUER_NAME, acceptUntil: MIDNIGHT + 600 });
    expect(verifyToken(encodeToken(token))).toEqual(accepted);
    expect(accepted!.nonce).toEqual(token.nonce);
    expect(verifyToken(mint(0))!.nonce).not.toEqual(accepted!.nonce);
  });

  it.each([
    [0, MIDNIGHT - DAY - 1, false],
    [0, MIDNIGHT - DAY, true],
    [0, MIDNIGHT - 1, true],
    [0, MIDNIGHT, true],
    [0, MIDNIGHT + 599, true],
    [0, MIDNIGHT + 600, false],
    [1, MIDNIGHT - 1, false],
    [1, MIDNIGHT, true],
    [1, MIDNIGHT + DAY + 599, true],
    [1, MIDNIGHT + DAY + 600, false],
  ])('token of day %i at %i: %s', (which, now, expected) => {
    expect(verifierAt(now).verifyToken(mint(which)) !== undefined).toBe(expected);
  });

  it('refuses a token for another CPS, of another issuer, of an unknown key', () => {
    const { verifyToken } = verifierAt(NOON);
    expect(verifyToken(mint(0, ISSUER_NAME, 'other.example'))).toBeUndefined();
    expect(verifyToken(mint(0, 'other.example'))).toBeUndefined();
    expect(verifierAt(NOON, [keys[1]!]).verifyToken(mint(0))).toBeUndefined();
  });

  it('refuses a signature over anything else, and what is no token', () => {
    const { verifyToken } = verifierAt(NOON);
    const [token, other] = [mint(0), mint(0)];
    expect(verifyToken({ ...token, authenticator: other.authenticator })).toBeUndefined();
    const bytes = encodeToken(token);
    for (let at = 0; at < bytes.length; at += 11)
      expect(verifyToken(bytes.map((byte, i) => (i === at ? byte ^ 1 : byte)))).toBeUndefined();
    for (const bad of [new Uint8Array(0), bytes.subarray(1), new Uint8Array(354)])
      expect(verifyToken(bad)).toBeUndefined();
  });

  it('changes its issuers while running', () => {
    const { verifyToken, replaceIssuers } = verifierAt(NOON, [keys[1]!]);
    const token = mint(0);
    expect(verifyToken(token)).toBeUndefined();
    replaceIssuers([{ name: ISSUER_NAME, keys }]);
    expect(verifyToken(token)).toBeDefined();
    replaceIssuers([]);
    expect(verifyToken(token)).toBeUndefined();
    expect(() => replaceIssuers([{ name: 'not a name', keys }])).toThrow();
  });

  it('gives the record of spent tokens what it needs to stop a second spend across midnight', async () => {
    const { verifyToken, clock } = verifierAt(MIDNIGHT - 1);
    const spent = createMemorySpentTokens(() => clock.now);
    const token = mint(0);
    const spend = (digest: string) => {
      const accepted = verifyToken(token);
      return accepted && spent.spend([accepted], digest);
    };
    const raced = await Promise.all(['one', 'two', 'three'].map(spend));
    expect(raced.map((result) => result?.state)).toEqual(['new', 'other', 'other']);
    clock.now = MIDNIGHT + 599;
    expect((await spend('one'))?.state).toBe('same');
    expect((await spend('two'))?.state).toBe('other');
    clock.now = MIDNIGHT + 600;
    expect(spend('one')).toBeUndefined();
  });
});
