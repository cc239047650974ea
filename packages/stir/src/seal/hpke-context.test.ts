import * as HPKE from 'hpke';
import { describe, expect, it } from 'vitest';
import { crypto as node } from '../../test/carrier.ts';
import { refusal } from '../../test/hostile.ts';
import { decodeHex, encodeHex, encodeUtf8 } from '../bytes/index.ts';
import { createPortableCrypto } from '../crypto/index.ts';
import { prepareInfo } from './hpke.ts';
import { createOpeningContext, createSealingContext } from './hpke-context.ts';
import vector from './vectors/base-sequence.rfc9180.json' with { type: 'json' };

const suite = new HPKE.CipherSuite(
  HPKE.KEM_DHKEM_X25519_HKDF_SHA256,
  HPKE.KDF_HKDF_SHA256,
  HPKE.AEAD_AES_128_GCM,
);
const pt = decodeHex(vector.pt);
const aadOf = (sequence: number) => encodeUtf8(`Count-${sequence}`);

describe.each([
  ['node', node],
  ['portable', createPortableCrypto()],
])('HPKE contexts with the %s adapter', (_, crypto) => {
  const recipient = crypto.importAgreementKey(decodeHex(vector.skRm));
  const info = prepareInfo(crypto, decodeHex(vector.info));
  const sender = () =>
    createSealingContext(
      crypto,
      recipient.publicKey,
      info,
      crypto.importAgreementKey(decodeHex(vector.skEm)),
    );

  it('seal and open the sequence numbers of RFC 9180 Appendix A.1.1.1', () => {
    const ours = sender();
    const theirs = createOpeningContext(crypto, recipient, info, ours.enc)!;
    expect(vector.encryptions.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 4, 255, 256]);
    const wanted = new Map(vector.encryptions.map((one) => [one.sequence, one]));
    for (let sequence = 0; sequence <= 256; sequence++) {
      const ciphertext = ours.seal(aadOf(sequence), pt);
      const known = wanted.get(sequence);
      if (known !== undefined) {
        expect(encodeHex(aadOf(sequence))).toBe(known.aad);
        expect(encodeHex(ciphertext), `sequence ${sequence}`).toBe(known.ct);
      }
      expect(encodeHex(theirs.open(aadOf(sequence), ciphertext)!)).toBe(vector.pt);
    }
  });

  it('open the next message only, and a failure uses up nothing', () => {
    const ours = sender();
    const theirs = createOpeningContext(crypto, recipient, info, ours.enc)!;
    const [first, second] = [ours.seal(pt, pt), ours.seal(pt, pt)];
    expect(encodeHex(first!)).not.toBe(encodeHex(second!));
    expect(theirs.open(pt, second!)).toBe(undefined);
    expect(theirs.open(aadOf(0), first!)).toBe(undefined);
    expect(theirs.open(pt, first!)).toBeDefined();
    expect(theirs.open(pt, first!)).toBe(undefined);
    expect(theirs.open(pt, second!)).toBeDefined();
  });

  it('refuse keys of small order', () => {
    expect(() => createSealingContext(crypto, new Uint8Array(32), info)).toThrow(refusal('ERR_SEAL_INPUT'));
    expect(createOpeningContext(crypto, recipient, info, new Uint8Array(32))).toBe(undefined);
    expect(createOpeningContext(crypto, recipient, info, new Uint8Array(31))).toBe(undefined);
  });

  it('are read by another implementation, message by message', async () => {
    const ours = createSealingContext(crypto, recipient.publicKey, info);
    const privateKey = await suite.DeserializePrivateKey(recipient.exportSecret());
    const publicKey = await suite.DeserializePublicKey(recipient.publicKey);
    const theirs = await suite.SetupRecipient({ privateKey, publicKey }, ours.enc, {
      info: decodeHex(vector.info),
    });
    for (let sequence = 0; sequence < 300; sequence++)
      expect(encodeHex(await theirs.Open(ours.seal(aadOf(sequence), pt), aadOf(sequence)))).toBe(vector.pt);
  });
});
