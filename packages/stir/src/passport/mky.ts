// The `mky` claim (RFC 8225 Section 5.2.2): the fingerprints of the keys that protect the media, as in the lines
// `a=fingerprint` of the SDP.

import { isJsonObject, type Json, type JsonObject } from '../json/index.ts';
import { StirError } from '../stir-error.ts';

export interface MediaKey {
  /** Hash name, as in SDP: `sha-256`. */
  readonly algorithm: string;
  /** Upper-case hexadecimal without colons. */
  readonly digest: string;
}

const ALGORITHM = /^[a-z0-9-]{1,32}$/;
const DIGEST = /^(?:[0-9A-F]{2}){16,64}$/;
const MAXIMUM_KEYS = 32;

/**
 * The value of `a=fingerprint:` to a key: `sha-256 4A:AD:B9:...`.
 * @throws StirError ERR_PASSPORT_FORMAT
 */
export function parseFingerprint(value: string): MediaKey {
  const found = /^([A-Za-z0-9-]{1,32}) +([0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){15,63})$/.exec(value.trim());
  if (found === null) throw refusal();
  return { algorithm: found[1]!.toLowerCase(), digest: found[2]!.replaceAll(':', '').toUpperCase() };
}

/** @throws StirError ERR_PASSPORT_FORMAT unless it is a list of `alg` and `dig` in order, none twice */
export function parseMediaKeys(mky: Json): readonly MediaKey[] {
  if (!Array.isArray(mky) || mky.length === 0 || mky.length > MAXIMUM_KEYS) throw refusal();
  const keys = mky.map(parseMediaKey);
  for (let at = 1; at < keys.length; at++)
    if (sortName(keys[at - 1]!) >= sortName(keys[at]!)) throw refusal();
  return keys;
}

/** RFC 8225 Section 5.2.2: in order of `alg` followed by `dig`; each once. */
export function formatMediaKeys(keys: readonly MediaKey[]): JsonObject[] {
  return sortMediaKeys(keys).map(({ algorithm, digest }) => ({ alg: algorithm, dig: digest }));
}

export function isSameMedia(a: readonly MediaKey[], b: readonly MediaKey[]): boolean {
  return JSON.stringify(formatMediaKeys(a)) === JSON.stringify(formatMediaKeys(b));
}

function sortMediaKeys(keys: readonly MediaKey[]): MediaKey[] {
  const byName = new Map(keys.map((key) => [sortName(key), key]));
  return [...byName.keys()].sort().map((name) => byName.get(name)!);
}

function parseMediaKey(key: Json): MediaKey {
  const isKey =
    isJsonObject(key) &&
    Object.keys(key).length === 2 &&
    typeof key.alg === 'string' &&
    ALGORITHM.test(key.alg) &&
    typeof key.dig === 'string' &&
    DIGEST.test(key.dig);
  if (!isKey) throw refusal();
  return { algorithm: key.alg as string, digest: key.dig as string };
}

/** Both are ASCII, so that the order of code units is that of UTF-8. */
function sortName({ algorithm, digest }: MediaKey): string {
  return algorithm + digest;
}

function refusal(): StirError {
  return new StirError('ERR_PASSPORT_FORMAT', 'not a list of media key fingerprints');
}
