// HPKE (RFC 9180), base mode, single shot, for the one required suite: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256,
// AES-128-GCM. Synchronous over the crypto port. No context is kept here: one encapsulation, one message. For streams,
// which seal many messages in order, see hpke-context.ts.

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
const SECRET_BYTES = 32;
const EMPTY = new Uint8Array(0);
const VERSION_LABEL = encodeUtf8('HPKE-v1');
const KEM_SUITE_ID = concatBytes(encodeUtf8('KEM'), createByteWriter(2).uint16(SUITE_X25519.kem).finish());
const HPKE_SUITE_ID = concatBytes(
  encodeUtf8('HPKE'),
  createByteWriter(6).uint16(SUITE_X25519.kem).uint16(SUITE_X25519.kdf).uint16(SUITE_X25519.aead).finish(),
);

/** RFC 5869 Section 2.3: all outputs here are one block. */
const LAST_BLOCK = Uint8Array.of(1);
const EAE_PRK_HEAD = extractHead(KEM_SUITE_ID, 'eae_prk');
const SHARED_SECRET_HEAD = expandHead(KEM_SUITE_ID, 'shared_secret', SECRET_BYTES);
const SECRET_HEAD = extractHead(HPKE_SUITE_ID, 'secret');
const KEY_HEAD = expandHead(HPKE_SUITE_ID, 'key', KEY_BYTES);
const NONCE_HEAD = expandHead(HPKE_SUITE_ID, 'base_nonce', NONCE_BYTES);

/** The application's label with what depends on it alone computed beforehand (RFC 9180 Section 5.1). */
export interface SealInfo {
  /** mode || psk_id_hash || info_hash. */
  readonly keyScheduleContext: Uint8Array;
  /** What is authenticated under the secret for the key, and for the nonce. */
  readonly keyInput: Uint8Array;
  readonly nonceInput: Uint8Array;
}

/** What an encapsulation gives: the key, and the nonce of the first message under it. */
export interface MessageKey {
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
}

/** Prepares `info`; once per label and crypto, not per message. */
export function prepareInfo(crypto: Crypto, info: Uint8Array): SealInfo {
  const pskIdHash = crypto.hmacSha256(EMPTY, extractHead(HPKE_SUITE_ID, 'psk_id_hash'));
  const infoHash = crypto.hmacSha256(EMPTY, extractHead(HPKE_SUITE_ID, 'info_hash'), info);
  const keyScheduleContext = concatBytes(Uint8Array.of(0), pskIdHash, infoHash);
  return {
    keyScheduleContext,
    keyInput: concatBytes(KEY_HEAD, keyScheduleContext, LAST_BLOCK),
    nonceInput: concatBytes(NONCE_HEAD, keyScheduleContext, LAST_BLOCK),
  };
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
  return crypto.sealAes128Gcm(key, nonce, plaintext, aad, ephemeral.publicKey);
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

/** RFC 9180 Section 4.1 (ExtractAndExpand) and Section 5.1 (KeySchedule, mode base, no PSK): one HMAC each. */
export function keySchedule(
  crypto: Crypto,
  dh: Uint8Array,
  enc: Uint8Array,
  recipient: Uint8Array,
  info: SealInfo,
): MessageKey {
  const eaePrk = crypto.hmacSha256(EMPTY, EAE_PRK_HEAD, dh);
  const shared = crypto.hmacSha256(eaePrk, SHARED_SECRET_HEAD, enc, recipient, LAST_BLOCK);
  const secret = crypto.hmacSha256(shared, SECRET_HEAD);
  return {
    key: crypto.hmacSha256(secret, info.keyInput).subarray(0, KEY_BYTES),
    nonce: crypto.hmacSha256(secret, info.nonceInput).subarray(0, NONCE_BYTES),
  };
}

/** LabeledExtract (RFC 9180 Section 4) is HMAC(salt, this || ikm). */
function extractHead(suite: Uint8Array, label: string): Uint8Array {
  return concatBytes(VERSION_LABEL, suite, encodeUtf8(label));
}

/** LabeledExpand (RFC 9180 Section 4), for at most one hash length, is HMAC(prk, this || info || 01). */
function expandHead(suite: Uint8Array, label: string, length: number): Uint8Array {
  return concatBytes(createByteWriter(2).uint16(length).finish(), extractHead(suite, label));
}
