// ES256 signing and ES256 and RS256 verification on `node:crypto`: bare KeyObjects, prepared once. Keys are read by
// the protocol's own strict parser first, so that this adapter takes exactly the keys that the portable one takes.

import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { StirError } from '@oobleck/stir';
import {
  formatP256Pkcs8,
  parseP256Pkcs8,
  parseSpki,
  type SigningKey,
  type VerifyingKey,
} from '@oobleck/stir/crypto';
import { derToRaw, MAXIMUM_DER, rawToDer } from './ecdsa-signature.ts';

const ES256_BYTES = 64;

/** @throws StirError ERR_KEY_FORMAT */
export function importVerifyingKey(spki: Uint8Array): VerifyingKey {
  const { algorithm } = parseSpki(spki);
  const key = importing(() => createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }));
  if (algorithm === 'ES256') return createEs256Key(key, spki);
  return { algorithm, spki, verify: (data, signature) => verify('sha256', data, key, signature) };
}

/** @throws StirError ERR_KEY_FORMAT */
export function importSigningKey(pkcs8: Uint8Array): SigningKey {
  const canonical = Buffer.from(formatP256Pkcs8(parseP256Pkcs8(pkcs8)));
  return createSigningKey(
    importing(() => createPrivateKey({ key: canonical, format: 'der', type: 'pkcs8' })),
  );
}

export function generateSigningKey(): SigningKey {
  return createSigningKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
}

function createSigningKey(privateKey: KeyObject): SigningKey {
  const publicKey = createPublicKey(privateKey);
  const spki = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }));
  return {
    algorithm: 'ES256',
    publicKey: createEs256Key(publicKey, spki),
    sign: (data, memory) => derToRaw(sign('sha256', data, privateKey), memory),
  };
}

function createEs256Key(key: KeyObject, spki: Uint8Array): VerifyingKey {
  // Nothing in it outlives a call, and fresh memory for each costs a microsecond.
  const memory = new Uint8Array(MAXIMUM_DER);
  return {
    algorithm: 'ES256',
    spki,
    verify: (data, signature) =>
      signature.length === ES256_BYTES && verify('sha256', data, key, rawToDer(signature, memory)),
  };
}

function importing(read: () => KeyObject): KeyObject {
  try {
    return read();
  } catch (cause) {
    throw new StirError('ERR_KEY_FORMAT', 'not a key of the form required here', { cause });
  }
}
