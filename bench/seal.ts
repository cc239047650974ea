// seal and open: an envelope of one PASSporT and a chain of two certificates, sealed to 2048 bytes, and opened again.

import { encodeAddress } from '@oobleck/stir/mailbox';
import { createPassportSigner } from '@oobleck/stir/passport';
import { BLOB_BYTES, createPassportSealer, type Envelope } from '@oobleck/stir/seal';
import { CERTIFICATE_URL, createCarrier, crypto, exampleCall, inTurn } from './carrier.ts';
import { type Benchmark, costOf } from './measure.ts';
import { bareOpen, bareSeal } from './primitives.ts';

const DISTINCT = 64;
/** Of the envelope in a blob of 2048 bytes. */
const PLAINTEXT_BYTES = 2_000;

export const seal: Benchmark = {
  name: 'seal',
  async open() {
    const { publicKey } = crypto.generateAgreementKey();
    const sealer = createPassportSealer(crypto);
    const next = inTurn(DISTINCT, await envelopes());
    const work = costOf(() => sealer.seal(publicKey, ADDRESS, next()));
    return { work, limit: [bareSeal(PLAINTEXT_BYTES)] };
  },
};

export const open: Benchmark = {
  name: 'open',
  async open() {
    const recipient = crypto.generateAgreementKey();
    const sealer = createPassportSealer(crypto);
    const envelopeAt = await envelopes();
    const next = inTurn(DISTINCT, (at) => sealer.seal(recipient.publicKey, ADDRESS, envelopeAt(at)));
    if (next().length !== BLOB_BYTES[0]) throw new Error('the envelope does not fit 2048 bytes');
    const work = costOf(() => {
      if (sealer.open(recipient, ADDRESS, next()) === undefined) throw new Error('a blob does not open');
    });
    return { work, limit: [bareOpen(PLAINTEXT_BYTES)] };
  },
};

const ADDRESS = encodeAddress(crypto.randomBytes(32), 198);

async function envelopes(): Promise<(at: number) => Envelope> {
  const { key, chain } = await createCarrier();
  const signer = createPassportSigner(key, CERTIFICATE_URL);
  return (at) => {
    const { call, claims } = exampleCall(at);
    return { passports: [signer.signShaken(call, claims)], chain };
  };
}
