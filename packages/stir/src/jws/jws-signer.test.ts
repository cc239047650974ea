import { describe, expect, it } from 'vitest';
import { crypto } from '../../test/carrier.ts';
import { encodeBase64urlText } from '../bytes/index.ts';
import { parseCompactJws } from './compact-jws.ts';
import { createJwsSigner } from './jws-signer.ts';

const LIMIT = 65_536;
const HEADER = encodeBase64urlText('{"alg":"ES256"}');

describe('createJwsSigner', () => {
  it('signs each payload whole, whatever it signed before: long ones, short ones, other alphabets', () => {
    const key = crypto.generateSigningKey();
    const sign = createJwsSigner(HEADER, key);
    // A segment of 1,024 letters is the last for which memory is kept: 768 bytes of payload.
    for (const length of [1, 300, 2, 754, 755, 760, 761, 5_000, 20_000, 3]) {
      for (const letter of ['x', 'ü', '€']) {
        const payload = JSON.stringify({ text: letter.repeat(length) });
        const token = sign(payload);
        const jws = parseCompactJws(token, 3 * LIMIT);
        expect(JSON.stringify(jws.payload)).toBe(payload);
        expect(token.startsWith(`${HEADER}.${encodeBase64urlText(payload)}.`)).toBe(true);
        expect(key.publicKey.verify(jws.signingInput, jws.signature)).toBe(true);
      }
    }
  });

  it('keeps signers apart: each has its own header and key', () => {
    const keys = [crypto.generateSigningKey(), crypto.generateSigningKey()];
    const signers = keys.map((key, at) => createJwsSigner(encodeBase64urlText(`{"at":${at}}`), key));
    for (const payload of ['{"a":1}', '{"b":22}'])
      for (const [at, sign] of signers.entries()) {
        const { header, signingInput, signature } = parseCompactJws(sign(payload), LIMIT);
        expect(header).toEqual({ at });
        expect(keys.map(({ publicKey }) => publicKey.verify(signingInput, signature))).toEqual(
          [0, 1].map((one) => one === at),
        );
      }
  });
});
