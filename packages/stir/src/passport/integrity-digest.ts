// Digests as claims carry them, `sha256-<base64>` (RFC 9795 Section 6, RFC 9475 Section 3): over content that travels
// elsewhere. Written without padding as the published values are, read with or without.

import { decodeBase64url, encodeBase64url, equalBytes } from '../bytes/index.ts';
import type { Crypto } from '../crypto/crypto.ts';
import { StirError } from '../stir-error.ts';

export type DigestAlgorithm = 'sha256' | 'sha384' | 'sha512';

export interface IntegrityDigest {
  readonly algorithm: DigestAlgorithm;
  readonly digest: Uint8Array;
}

const BYTES: Readonly<Record<DigestAlgorithm, number>> = { sha256: 32, sha384: 48, sha512: 64 };
const FORM = /^(sha256|sha384|sha512)-([A-Za-z0-9+/]{43,88}={0,2})$/;

/** @throws StirError ERR_PASSPORT_FORMAT: another algorithm or spelling, a digest of the wrong length */
export function parseIntegrityDigest(text: unknown): IntegrityDigest {
  const found = typeof text === 'string' ? FORM.exec(text) : null;
  if (found === null) throw refusal();
  const algorithm = found[1] as DigestAlgorithm;
  const digest = decode(found[2]!);
  if (digest.length !== BYTES[algorithm]) throw refusal();
  return { algorithm, digest };
}

export function formatIntegrityDigest({ algorithm, digest }: IntegrityDigest): string {
  return `${algorithm}-${encodeBase64url(digest).replaceAll('-', '+').replaceAll('_', '/')}`;
}

export function integrityDigestOf(
  crypto: Crypto,
  content: Uint8Array,
  algorithm: DigestAlgorithm = 'sha256',
): IntegrityDigest {
  return { algorithm, digest: crypto[algorithm](content) };
}

export function isIntact(crypto: Crypto, expected: IntegrityDigest, content: Uint8Array): boolean {
  return equalBytes(integrityDigestOf(crypto, content, expected.algorithm).digest, expected.digest);
}

function decode(base64: string): Uint8Array {
  if (base64.endsWith('=') && base64.length % 4 !== 0) throw refusal();
  try {
    return decodeBase64url(base64.replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_'));
  } catch (cause) {
    throw new StirError('ERR_PASSPORT_FORMAT', 'a digest is not base64', { cause });
  }
}

function refusal(): StirError {
  return new StirError('ERR_PASSPORT_FORMAT', 'not a digest of sha256, sha384 or sha512');
}
