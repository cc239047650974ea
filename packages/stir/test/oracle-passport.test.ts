// PASSporTs of every type against two implementations that know nothing of this one: jose, and the openssl program.

import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { CompactSign, compactVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { createNodeCrypto } from '../../oobleck/src/crypto/index.ts';
import { createPortableCrypto } from '../src/crypto/index.ts';
import { createPassportSigner, PASSPORT_EXTENSIONS, parsePassport } from '../src/passport/index.ts';
import { signWithOpenssl, toDerSignature, toRawSignature, verifyWithOpenssl } from './openssl.ts';
import { statements } from './statements.ts';

const COUNT = 1_000;
const URL = 'https://cert.example.org/passport.pem';
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
const pem = (key: KeyObject): string =>
  key.export({ type: key.type === 'private' ? 'pkcs8' : 'spki', format: 'pem' }).toString();
const crypto = createNodeCrypto();
const verifyingKey = crypto.importVerifyingKey(publicKey.export({ type: 'spki', format: 'der' }));
const signer = createPassportSigner(
  crypto.importSigningKey(privateKey.export({ type: 'pkcs8', format: 'der' })),
  URL,
);

const stated = fc.sample(statements, { numRuns: COUNT, seed: 8225 });
const tokens = stated.map((statement) => signer.sign(statement));
const signedTexts = tokens.map((token) => token.slice(0, token.lastIndexOf('.')));
const rawSignature = (token: string): Buffer =>
  Buffer.from(token.slice(token.lastIndexOf('.') + 1), 'base64url');

/** What `token` says and whether its signature holds, by our own reading. */
function read(token: string) {
  const { signingInput, signature, ...passport } = parsePassport(token);
  return { ...passport, isSigned: verifyingKey.verify(signingInput, signature) };
}

describe('1,000 PASSporTs of ours', () => {
  it('are of every type', () => {
    expect(new Set(stated.map(({ extension }) => extension))).toEqual(new Set(PASSPORT_EXTENSIONS));
  });

  it('P-02: verify with jose, and say there what was stated', async () => {
    for (const [at, token] of tokens.entries()) {
      const { protectedHeader, payload } = await compactVerify(token, publicKey, { algorithms: ['ES256'] });
      expect(protectedHeader).toMatchObject({ alg: 'ES256', typ: 'passport', x5u: URL });
      expect(JSON.parse(Buffer.from(payload).toString())).toEqual(parsePassport(token).claims);
      expect(read(token)).toMatchObject({ ...stated[at], isSigned: true });
    }
    await expect(compactVerify(tokens[0]!, stranger)).rejects.toThrow();
  });

  it('P-02: verify with openssl, and not with another key', () => {
    const signatures = tokens.map((token) => toDerSignature(rawSignature(token)));
    expect(verifyWithOpenssl(pem(publicKey), signedTexts, signatures)).toEqual(Array(COUNT).fill(true));
    expect(verifyWithOpenssl(pem(stranger), signedTexts.slice(0, 10), signatures.slice(0, 10))).toEqual(
      Array(10).fill(false),
    );
  }, 60_000);
});

describe('1,000 PASSporTs of others', () => {
  const expected = stated.map((statement) => ({ ...statement, isSigned: true }));

  it('P-02: signed by jose are read and verified', async () => {
    const theirs = await Promise.all(
      tokens.map((token) => {
        const { claims, extension } = parsePassport(token);
        const ppt = extension === 'base' ? {} : { ppt: extension };
        return new CompactSign(Buffer.from(JSON.stringify(claims)))
          .setProtectedHeader({ x5u: URL, typ: 'passport', alg: 'ES256', ...ppt })
          .sign(privateKey);
      }),
    );
    expect(theirs.map(read)).toMatchObject(expected);
  });

  it('P-02: signed by openssl are read and verified, with either adapter', () => {
    const signatures = signWithOpenssl(pem(privateKey), signedTexts).map(toRawSignature);
    const theirs = signedTexts.map(
      (text, at) => `${text}.${Buffer.from(signatures[at]!).toString('base64url')}`,
    );
    expect(theirs.map(read)).toMatchObject(expected);
    const portable = createPortableCrypto().importVerifyingKey(verifyingKey.spki);
    for (const token of theirs.slice(0, 50)) {
      const { signingInput, signature } = parsePassport(token);
      expect(portable.verify(signingInput, signature)).toBe(true);
    }
  }, 60_000);
});
