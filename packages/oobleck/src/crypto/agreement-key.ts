// X25519 (RFC 7748) on `node:crypto`. Keys go in and out in raw form where the runtime knows it (Node 26: 4 us a peer),
// and as SubjectPublicKeyInfo and PKCS #8 where it does not (Node 22 and 24: 14 us and more); found out once.

import {
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { StirError } from '@oobleck/stir';
import { concatBytes, decodeHex, equalBytes } from '@oobleck/stir/bytes';
import type { AgreementKey } from '@oobleck/stir/crypto';
import { plainBytes } from './plain-bytes.ts';

const KEY_BYTES = 32;
const SPKI_HEAD = decodeHex('302a300506032b656e032100');
const PKCS8_HEAD = decodeHex('302e020100300506032b656e04220420');

/** How X25519 keys enter and leave this runtime. */
interface KeyForm {
  importPublic(bytes: Uint8Array): KeyObject;
  exportPublic(key: KeyObject): Uint8Array;
  importSecret(bytes: Uint8Array): KeyObject;
  exportSecret(key: KeyObject): Uint8Array;
}

const rawForm: KeyForm = {
  importPublic: (bytes) =>
    createPublicKey({ key: Buffer.from(bytes), format: 'raw-public', asymmetricKeyType: 'x25519' }),
  exportPublic: (key) => key.export({ format: 'raw-public' }),
  importSecret: (bytes) =>
    createPrivateKey({ key: Buffer.from(bytes), format: 'raw-private', asymmetricKeyType: 'x25519' }),
  exportSecret: (key) => key.export({ format: 'raw-private' }),
};

/** For runtimes without raw key formats. */
export const derForm: KeyForm = {
  importPublic: (bytes) =>
    createPublicKey({ key: Buffer.from(concatBytes(SPKI_HEAD, bytes)), format: 'der', type: 'spki' }),
  exportPublic: (key) => key.export({ format: 'der', type: 'spki' }).subarray(SPKI_HEAD.length),
  importSecret: (bytes) =>
    createPrivateKey({ key: Buffer.from(concatBytes(PKCS8_HEAD, bytes)), format: 'der', type: 'pkcs8' }),
  exportSecret: (key) => key.export({ format: 'der', type: 'pkcs8' }).subarray(PKCS8_HEAD.length),
};

const runtimeForm = knowsRawForm() ? rawForm : derForm;

/** @throws StirError ERR_KEY_FORMAT unless `secret` is 32 bytes */
export function importAgreementKey(secret: Uint8Array, form: KeyForm = runtimeForm): AgreementKey {
  if (secret.length !== KEY_BYTES) throw new StirError('ERR_KEY_FORMAT', 'not an X25519 key of 32 bytes');
  const privateKey = form.importSecret(secret);
  return createAgreementKey(privateKey, createPublicKey(privateKey), form, form.importPublic);
}

export function generateAgreementKey(form: KeyForm = runtimeForm): AgreementKey {
  const { privateKey, publicKey } = generateKeyPairSync('x25519');
  return createAgreementKey(privateKey, publicKey, form, rememberedImport(form));
}

/** The secret stays in OpenSSL's memory, which erases it, until it is asked for. */
function createAgreementKey(
  privateKey: KeyObject,
  publicKey: KeyObject,
  form: KeyForm,
  importPeer: KeyForm['importPublic'],
): AgreementKey {
  return {
    publicKey: new Uint8Array(form.exportPublic(publicKey)),
    agree: (peer) => agree(privateKey, peer, importPeer),
    exportSecret: () => new Uint8Array(form.exportSecret(privateKey)),
  };
}

/** A new key mostly meets one of a few long-lived ones, a mailbox's: those are kept ready, for as long as whoever holds their bytes. */
const remembered = new WeakMap<Uint8Array, { readonly bytes: Uint8Array; readonly key: KeyObject }>();

function rememberedImport(form: KeyForm): KeyForm['importPublic'] {
  if (form !== runtimeForm) return form.importPublic;
  return importRemembered;
}

function importRemembered(peer: Uint8Array): KeyObject {
  const known = remembered.get(peer);
  if (known !== undefined && equalBytes(known.bytes, peer)) return known.key;
  const key = runtimeForm.importPublic(peer);
  remembered.set(peer, { bytes: peer.slice(), key });
  return key;
}

/** OpenSSL refuses the all-zero secret by itself (RFC 7748 Section 6.1). */
function agree(
  privateKey: KeyObject,
  peer: Uint8Array,
  importPeer: KeyForm['importPublic'],
): Uint8Array | undefined {
  if (peer.length !== KEY_BYTES) return undefined;
  try {
    return plainBytes(diffieHellman({ privateKey, publicKey: importPeer(peer) }));
  } catch {
    return undefined;
  }
}

function knowsRawForm(): boolean {
  try {
    const nine = new Uint8Array(KEY_BYTES).fill(9, 0, 1);
    return rawForm.exportPublic(rawForm.importPublic(nine)).length === KEY_BYTES;
  } catch {
    return false;
  }
}
