import * as jose from 'jose';
import { describe, expect, it } from 'vitest';
import { crypto } from '../../test/carrier.ts';
import { refusal } from '../../test/hostile.ts';
import { encodeBase64url, encodeUtf8 } from '../bytes/index.ts';
import { createPortableCrypto } from '../crypto/index.ts';
import { parseCompactJws } from './compact-jws.ts';
import { signCompactJws } from './jws-signer.ts';

const segment = (text: string) => encodeBase64url(encodeUtf8(text));
const SIGNATURE = encodeBase64url(new Uint8Array(64));
const HEADER = segment('{"alg":"ES256"}');
const LIMIT = 1_000;

describe.each([
  ['node', crypto],
  ['portable', createPortableCrypto()],
])('compact JWS with the %s adapter', (_, port) => {
  it('is verified by jose', async () => {
    const key = port.generateSigningKey();
    const text = signCompactJws('{"alg":"ES256"}', '{"iat":1}', key);
    const spki = await globalThis.crypto.subtle.importKey(
      'spki',
      new Uint8Array(key.publicKey.spki),
      { name: 'ECDSA', namedCurve: 'P-256' },
      true,
      ['verify'],
    );
    const { payload } = await jose.compactVerify(text, spki);
    expect(Buffer.from(payload).toString()).toBe('{"iat":1}');
    const { signingInput, signature } = parseCompactJws(text, LIMIT);
    expect(key.publicKey.verify(signingInput, signature)).toBe(true);
  });

  it('is read as jose wrote it', async () => {
    const pair = await jose.generateKeyPair('ES256');
    const text = await new jose.SignJWT({ sub: 'x' })
      .setProtectedHeader({ alg: 'ES256', typ: 't' })
      .sign(pair.privateKey);
    const spki = await globalThis.crypto.subtle.exportKey('spki', pair.publicKey);
    const { header, payload, signingInput, signature } = parseCompactJws(text, LIMIT);
    expect([header, payload]).toEqual([{ alg: 'ES256', typ: 't' }, { sub: 'x' }]);
    expect(port.importVerifyingKey(new Uint8Array(spki)).verify(signingInput, signature)).toBe(true);
  });
});

describe('parseCompactJws', () => {
  it.each([
    ['two segments', `${HEADER}.${SIGNATURE}`],
    ['four segments', `${HEADER}.${HEADER}.${SIGNATURE}.`],
    ['no header: the compact form of a PASSporT', `..${SIGNATURE}`],
    ['no payload', `${HEADER}..${SIGNATURE}`],
    ['no signature', `${HEADER}.${HEADER}.`],
    ['63 bytes of signature', `${HEADER}.${HEADER}.${encodeBase64url(new Uint8Array(63))}`],
    ['65 bytes of signature', `${HEADER}.${HEADER}.${encodeBase64url(new Uint8Array(65))}`],
    ['a padded segment', `${HEADER}.${segment('{"a":12}')}==.${SIGNATURE}`],
    ['a header that is no object', `${segment('[]')}.${HEADER}.${SIGNATURE}`],
    ['a payload with a name twice', `${HEADER}.${segment('{"a":1,"a":2}')}.${SIGNATURE}`],
    ['blanks around it', ` ${HEADER}.${HEADER}.${SIGNATURE}`],
    ['more than was asked for', `${HEADER}.${segment(`{"a":"${'x'.repeat(LIMIT)}"}`)}.${SIGNATURE}`],
  ])('refuses %s', (_, text) =>
    expect(() => parseCompactJws(text, LIMIT)).toThrow(refusal('ERR_JWS_FORMAT')),
  );
});
