// HPKE (RFC 9180), base mode, single shot, for the one required suite: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256,
// AES-128-GCM. Synchronous over the crypto port. Contexts are never kept: one encapsulation, one message.

import { concatBytes, createByteWriter, encodeUtf8 } from '../bytes/index.ts';
import type { AgreementKey, Crypto } from '../crypto/crypto.ts';
import type { SealSuite } from '../mailbox/index.ts';
import { StirError } from '../stir-error.ts';

/** DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM (RFC 9180 Section 7). */
export const SUITE_X25519: SealSuite = { kem: 0x0020, kdf: 0x0001, aead: 0x0001 };

export const ENCAPSULATION_BYTES = 32;
export const TAG_BYTES = 16;

const KEY_BYTES = 16;
const NONCE_BYTES = 12;
const EMPTY = new Uint8Array(0);
const VERSION_LABEL = encodeUtf8('HPKE-v1');
const KEM_SUITE_ID = concatBytes(encodeUtf8('KEM'), createByteWriter(2).uint16(SUITE_X25519.kem).finish());
const HPKE_SUITE_ID = concatBytes(
  encodeUtf8('HPKE'),
  createByteWriter(6).uint16(SUITE_X25519.kem).uint16(SUITE_X25519.kdf).uint16(SUITE_X25519.aead).finish(),
);

/** The application's label with what depends on it alone computed beforehand (RFC 9180 Section 5.1). */
export interface SealInfo {
  /** mode || psk_id_hash || info_hash. */
  readonly keyScheduleContext: Uint8Array;
}

/** Prepares `info`; once per label and crypto, not per message. */
export function prepareInfo(crypto: Crypto, info: Uint8Array): SealInfo {
  const pskIdHash = labeledExtract(crypto, HPKE_SUITE_ID, EMPTY, 'psk_id_hash', EMPTY);
  const infoHash = labeledExtract(crypto, HPKE_SUITE_ID, EMPTY, 'info_hash', info);
  return { keyScheduleContext: concatBytes(Uint8Array.of(0), pskIdHash, infoHash) };
}

/**
 * SealBase (RFC 9180 Section 6.1): enc || ciphertext || tag.
 * @param ephemeral a key pair never used before; left out, one is made
 * @throws StirError ERR_SEAL_INPUT where the recipient's key gives an all-zero secret
 */
export function sealBase(
  crypto: Crypto,
  recipient: Uint8Array,
  info: SealInfo,
  aad: Uint8Array,
  plaintext: Uint8Array,
  ephemeral: AgreementKey = crypto.generateAgreementKey(),
): Uint8Array {
  const shared = ephemeral.agree(recipient);
  if (shared === undefined) throw new StirError('ERR_SEAL_INPUT', 'the recipient key is not usable');
  const { key, nonce } = keySchedule(crypto, shared, ephemeral.publicKey, recipient, info);
  return concatBytes(ephemeral.publicKey, crypto.sealAes128Gcm(key, nonce, plaintext, aad));
}

/** OpenBase (RFC 9180 Section 6.1). `undefined` for whatever was not sealed to this key so; all failures alike. */
export function openBase(
  crypto: Crypto,
  recipient: AgreementKey,
  info: SealInfo,
  aad: Uint8Array,
  sealed: Uint8Array,
): Uint8Array | undefined {
  if (sealed.length < ENCAPSULATION_BYTES + TAG_BYTES) return undefined;
  const enc = sealed.subarray(0, ENCAPSULATION_BYTES);
  const shared = recipient.agree(enc);
  if (shared === undefined) return undefined;
  const { key, nonce } = keySchedule(crypto, shared, enc, recipient.publicKey, info);
  return crypto.openAes128Gcm(key, nonce, sealed.subarray(ENCAPSULATION_BYTES), aad);
}

/** RFC 9180 Section 4.1 (ExtractAndExpand) and Section 5.1 (KeySchedule, mode base, no PSK). */
function keySchedule(crypto: Crypto, dh: Uint8Array, enc: Uint8Array, recipient: Uint8Array, info: SealInfo) {
  const eaePrk = labeledExtract(crypto, KEM_SUITE_ID, EMPTY, 'eae_prk', dh);
  const kemContext = concatBytes(enc, recipient);
  const shared = labeledExpand(crypto, KEM_SUITE_ID, eaePrk, 'shared_secret', kemContext, 32);
  const secret = labeledExtract(crypto, HPKE_SUITE_ID, shared, 'secret', EMPTY);
  return {
    key: labeledExpand(crypto, HPKE_SUITE_ID, secret, 'key', info.keyScheduleContext, KEY_BYTES),
    nonce: labeledExpand(crypto, HPKE_SUITE_ID, secret, 'base_nonce', info.keyScheduleContext, NONCE_BYTES),
  };
}

const LABELS = {
  psk_id_hash: encodeUtf8('psk_id_hash'),
  info_hash: encodeUtf8('info_hash'),
  eae_prk: encodeUtf8('eae_prk'),
  shared_secret: encodeUtf8('shared_secret'),
  secret: encodeUtf8('secret'),
  key: encodeUtf8('key'),
  base_nonce: encodeUtf8('base_nonce'),
};
type Label = keyof typeof LABELS;

/** RFC 9180 Section 4: HMAC(salt, "HPKE-v1" || suite_id || label || ikm). */
function labeledExtract(crypto: Crypto, suite: Uint8Array, salt: Uint8Array, name: Label, ikm: Uint8Array) {
  return crypto.hmacSha256(salt, VERSION_LABEL, suite, LABELS[name], ikm);
}

/** RFC 9180 Section 4, for at most one hash length: HMAC(prk, uint16 L || "HPKE-v1" || suite_id || label || info || 01). */
function labeledExpand(
  crypto: Crypto,
  suite: Uint8Array,
  prk: Uint8Array,
  name: Label,
  info: Uint8Array,
  length: number,
): Uint8Array {
  const size = Uint8Array.of(length >> 8, length & 255);
  const block = crypto.hmacSha256(prk, size, VERSION_LABEL, suite, LABELS[name], info, Uint8Array.of(1));
  return block.subarray(0, length);
}
