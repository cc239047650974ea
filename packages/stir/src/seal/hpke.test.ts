import fc from 'fast-check';
import * as HPKE from 'hpke';
import { describe, expect, it } from 'vitest';
import { crypto as node } from '../../test/carrier.ts';
import { refusal } from '../../test/hostile.ts';
import { decodeHex, encodeHex, encodeUtf8 } from '../bytes/index.ts';
import { createPortableCrypto } from '../crypto/index.ts';
import { openBase, prepareInfo, sealBase } from './hpke.ts';
import vector from './vectors/base.rfc9180.json' with { type: 'json' };

const suite = new HPKE.CipherSuite(
  HPKE.KEM_DHKEM_X25519_HKDF_SHA256,
  HPKE.KDF_HKDF_SHA256,
  HPKE.AEAD_AES_128_GCM,
);
const bytes = fc.uint8Array({ maxLength: 100 });

describe.each([
  ['node', node],
  ['portable', createPortableCrypto()],
])('HPKE base mode with the %s adapter', (_, crypto) => {
  const recipient = crypto.importAgreementKey(decodeHex(vector.skRm));
  const info = prepareInfo(crypto, decodeHex(vector.info));
  const aad = decodeHex(vector.aad);
  const sealed = decodeHex(vector.enc + vector.ct);

  it('seals and opens RFC 9180 Appendix A.1.1', () => {
    const ephemeral = crypto.importAgreementKey(decodeHex(vector.skEm));
    expect(encodeHex(ephemeral.publicKey)).toBe(vector.pkEm);
    expect(encodeHex(recipient.publicKey)).toBe(vector.pkRm);
    expect(encodeHex(info.keyScheduleContext)).toBe(vector.key_schedule_context);
    const ours = sealBase(crypto, recipient.publicKey, info, aad, decodeHex(vector.pt), ephemeral);
    expect(encodeHex(ours)).toBe(vector.enc + vector.ct);
    expect(encodeHex(openBase(crypto, recipient, info, aad, sealed)!)).toBe(vector.pt);
  });

  it('opens nothing that differs in one bit of blob, aad, info or key', () => {
    for (let at = 0; at < sealed.length; at++) {
      const altered = sealed.slice();
      altered[at]! ^= 0x80;
      expect(openBase(crypto, recipient, info, aad, altered), `byte ${at}`).toBe(undefined);
    }
    expect(openBase(crypto, recipient, info, encodeUtf8('Count-1'), sealed)).toBe(undefined);
    expect(openBase(crypto, recipient, prepareInfo(crypto, encodeUtf8('other')), aad, sealed)).toBe(
      undefined,
    );
    expect(openBase(crypto, crypto.generateAgreementKey(), info, aad, sealed)).toBe(undefined);
  });

  it('opens nothing that is too short, and nothing from a point of small order', () => {
    for (const length of [0, 31, 32, 47]) {
      expect(openBase(crypto, recipient, info, aad, sealed.subarray(0, length))).toBe(undefined);
    }
    expect(openBase(crypto, recipient, info, aad, sealed.slice().fill(0, 0, 32))).toBe(undefined);
  });

  it.each([
    ['of small order', new Uint8Array(32)],
    ['of 31 bytes', new Uint8Array(31).fill(9)],
    ['of 33 bytes', new Uint8Array(33).fill(9)],
  ])('seals nothing to a key %s', (_, key) =>
    expect(() => sealBase(crypto, key, info, aad, aad)).toThrow(refusal('ERR_SEAL_INPUT')),
  );

  it('is opened by another implementation, and opens what that one seals', async () => {
    const publicKey = await suite.DeserializePublicKey(recipient.publicKey);
    const privateKey = await suite.DeserializePrivateKey(recipient.exportSecret());
    const check = async (label: Uint8Array, extra: Uint8Array, plaintext: Uint8Array) => {
      const context = { info: label, aad: extra };
      const ours = sealBase(crypto, recipient.publicKey, prepareInfo(crypto, label), extra, plaintext);
      const [enc, ciphertext] = [ours.slice(0, 32), ours.slice(32)];
      expect(await suite.Open({ privateKey, publicKey }, enc, ciphertext, context)).toEqual(plaintext);
      const theirs = await suite.Seal(publicKey, plaintext, context);
      const joined = Uint8Array.from([...theirs.encapsulatedSecret, ...theirs.ciphertext]);
      const opened = openBase(crypto, recipient, prepareInfo(crypto, label), extra, joined);
      expect(opened && new Uint8Array(opened)).toEqual(plaintext);
    };
    await fc.assert(fc.asyncProperty(bytes, bytes, bytes, check), { numRuns: 20 });
  });

  it('encapsulates afresh every time', () => {
    const once = () => encodeHex(sealBase(crypto, recipient.publicKey, info, aad, aad).subarray(0, 32));
    expect(new Set(Array.from({ length: 20 }, once)).size).toBe(20);
  });
});
