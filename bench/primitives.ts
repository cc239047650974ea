// The bare work: calls of `node:crypto` over prepared keys, with nothing around them. What a limit is made of.

import {
  constants,
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
  privateDecrypt,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';
import { crypto } from './carrier.ts';
import { type Cost, costOf } from './measure.ts';
import { type EcdsaOperation, opensslEcdsa } from './openssl.ts';

const ADDRESS_BYTES = 36;
const CIPHER = 'aes-128-gcm';

/** What a bare server does for each request beside its I/O. */
export type BareOperation = EcdsaOperation | 'token';

/** The call of `node:crypto` over a key prepared here. */
export function bareOperation(operation: BareOperation): () => unknown {
  if (operation === 'token') return tokenOperation();
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const data = randomBytes(300);
  const signature = sign('sha256', data, privateKey);
  return operation === 'sign'
    ? () => sign('sha256', data, privateKey)
    : () => verify('sha256', data, publicKey, signature);
}

/** RSASSA-PSS verification with 2048 bits. */
function tokenOperation(): () => unknown {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pkcs8 = new Uint8Array(pair.privateKey.export({ format: 'der', type: 'pkcs8' }));
  const { spki } = crypto.importTokenSigningKey(pkcs8).publicKey;
  const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  const data = randomBytes(98);
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  const signature = sign('sha384', data, { key: pair.privateKey, padding, saltLength: 48 });
  return () => verify('sha384', data, key, signature);
}

/** ECDSA over P-256. */
export function bareEcdsa(operation: EcdsaOperation): Cost {
  return opensslEcdsa(operation, costOf(bareOperation(operation)));
}

const IMPORT_SECONDS = 0.05;

/**
 * A P-256 public key, read from its SubjectPublicKeyInfo. Keys leave much behind outside of the heap that others would pay for, so
 * this is measured once, shortly, and before everything else.
 */
export async function bareKeyImport(): Promise<Cost> {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = publicKey.export({ format: 'der', type: 'spki' });
  const cost = costOf(() => createPublicKey({ key, format: 'der', type: 'spki' }));
  await cost.sample(IMPORT_SECONDS);
  const measured = await cost.sample(IMPORT_SECONDS);
  return { sample: async () => measured };
}

/** RSASSA-PSS verification of a storage token. */
export function bareTokenVerify(spki: Uint8Array, data: Uint8Array, signature: Uint8Array): Cost {
  const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  return costOf(() => verify('sha384', data, key, signature));
}

/** The private operation of RSA with 2048 bits. */
export function barePrivatePower(pkcs8: Uint8Array): Cost {
  const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
  const message = randomBytes(256).fill(0, 0, 1);
  const options = { key, padding: constants.RSA_NO_PADDING };
  return costOf(() => privateDecrypt(options, message));
}

/** What sealing takes: a key pair, X25519, the HMACs of the key schedule, one AES-128-GCM over `plaintextBytes`. */
export function bareSeal(plaintextBytes: number): Cost {
  const { publicKey } = keyPair();
  const plaintext = new Uint8Array(plaintextBytes);
  return costOf(() => {
    const { privateKey, encapsulation } = keyPair();
    const shared = diffieHellman({ privateKey, publicKey });
    const { key, nonce } = schedule(shared);
    return [encapsulation, encrypt(key, nonce, plaintext)];
  });
}

/** What opening takes: reading the sender's key, X25519, the HMACs, one AES-128-GCM. */
export function bareOpen(plaintextBytes: number): Cost {
  const { privateKey, publicKey } = keyPair();
  const sender = keyPair();
  const { key, nonce } = schedule(diffieHellman({ privateKey: sender.privateKey, publicKey }));
  const [ciphertext, tag] = encrypt(key, nonce, new Uint8Array(plaintextBytes));
  return costOf(() => {
    const shared = diffieHellman({ privateKey, publicKey: importPublic(sender.encapsulation) });
    return decrypt(schedule(shared), ciphertext, tag);
  });
}

function keyPair() {
  const pair = generateKeyPairSync('x25519');
  return { ...pair, encapsulation: pair.publicKey.export({ format: 'raw-public' }) };
}

function importPublic(bytes: Buffer): KeyObject {
  return createPublicKey({ key: bytes, format: 'raw-public', asymmetricKeyType: 'x25519' });
}

const CONTEXT = randomBytes(80);

/** Five HMACs (RFC 9180 Sections 4.1 and 5.1). */
function schedule(shared: Buffer): { readonly key: Buffer; readonly nonce: Buffer } {
  const hmac = (key: Buffer): Buffer => createHmac('sha256', key).update(CONTEXT).digest();
  const secret = hmac(hmac(hmac(shared)));
  return { key: hmac(secret).subarray(0, 16), nonce: hmac(secret).subarray(0, 12) };
}

const ADDITIONAL = randomBytes(ADDRESS_BYTES);

function encrypt(key: Buffer, nonce: Buffer, plaintext: Uint8Array): readonly [Buffer, Buffer] {
  const cipher = createCipheriv(CIPHER, key, nonce);
  cipher.setAAD(ADDITIONAL);
  const ciphertext = cipher.update(plaintext);
  cipher.final();
  return [ciphertext, cipher.getAuthTag()];
}

function decrypt({ key, nonce }: ReturnType<typeof schedule>, ciphertext: Buffer, tag: Buffer): Buffer {
  const decipher = createDecipheriv(CIPHER, key, nonce);
  decipher.setAAD(ADDITIONAL);
  decipher.setAuthTag(tag);
  const plaintext = decipher.update(ciphertext);
  decipher.final();
  return plaintext;
}
