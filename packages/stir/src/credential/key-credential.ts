// Key credential: how a called party's encryption key becomes known, bound to a STIR certificate (RFC 8816 Section 11).
// A compact JWS that proves itself: directory, CPS and client check the same bytes by the same rules, so none of them
// has to be trusted for more than passing it on.
//
//   header  {"alg":"ES256","typ":"oob-key+jwt","x5c":[...]}
//   payload {"iat","exp","tn":["2-...","1-start-count","0-SPC"],"key":{"kem","kdf","aead","pub"},"cps":["https://..."],
//            "shards","replyBytes","pages","stake","only"}

import { decodeBase64url, encodeBase64url, isAllZero } from '../bytes/index.ts';
import type { Certificate } from '../certificate/index.ts';
import type { SigningKey } from '../crypto/crypto.ts';
import { isJsonObject, type Json, type JsonObject } from '../json/index.ts';
import { type CompactJws, formatX5c, parseCompactJws, parseX5c, signCompactJws } from '../jws/index.ts';
import { isShardCount, type MailboxForm, REPLY_BYTES } from '../mailbox/index.ts';
import { formatTnEntry, parseTnEntry, type TnEntry } from '../number/index.ts';
import { SUITE_X25519 } from '../seal/index.ts';
import { StirError } from '../stir-error.ts';
import { parseAuthority } from '../token/index.ts';

export const KEY_CREDENTIAL_TYPE = 'oob-key+jwt';
/** A credential is valid for at most 7 days. */
export const MAXIMUM_CREDENTIAL_SECONDS = 7 * 86_400;
/** A key outlives its credential by so much, for what was deposited before the end: until then its mailbox can be read. */
export const KEY_KEPT_SECONDS = 120;
export const MAXIMUM_CREDENTIAL_LENGTH = 32_768;

const MAXIMUM_ENTRIES = 256;
const MAXIMUM_CPS = 4;
const MAXIMUM_PAGES = 16;
const MAXIMUM_STAKE = 7;

/** What a credential says. */
export interface KeyCredentialClaims {
  /** Seconds since 1970. */
  readonly issuedAt: number;
  /** Seconds since 1970; equal to `issuedAt` in a withdrawal. */
  readonly expiresAt: number;
  readonly entries: readonly TnEntry[];
  readonly form: MailboxForm;
  /** Origins of the CPSs that keep the mailbox, in order of preference, for example `https://cps.example.net`. */
  readonly cps: readonly string[];
  /** Pages every retrieval asks for. */
  readonly pages: number;
  /** Extra tokens the owner asks for while under attack. */
  readonly stake: number;
  /** Never send calls for these numbers in clear. */
  readonly only: boolean;
}

/** A credential as parsed: its form holds; nothing has been verified. */
export interface KeyCredential extends KeyCredentialClaims {
  readonly text: string;
  readonly chain: readonly Certificate[];
  readonly jws: CompactJws;
}

/** @throws StirError ERR_CREDENTIAL_FORMAT */
export function parseKeyCredential(text: string): KeyCredential {
  try {
    const jws = parseCompactJws(text, MAXIMUM_CREDENTIAL_LENGTH);
    // `typ` first: no other kind of signed token stands in for this one.
    if (jws.header.typ !== KEY_CREDENTIAL_TYPE) throw refusal('typ is not oob-key+jwt');
    if (jws.header.alg !== 'ES256' || jws.header.crit !== undefined) throw refusal('alg is not ES256');
    return { ...parseClaims(jws.payload), text, jws, chain: parseX5c(jws.header) };
  } catch (cause) {
    if (cause instanceof StirError && cause.code === 'ERR_CREDENTIAL_FORMAT') throw cause;
    throw new StirError('ERR_CREDENTIAL_FORMAT', 'malformed key credential', { cause });
  }
}

/** Signs a credential with the key of `chain[0]`. */
export function signKeyCredential(
  claims: KeyCredentialClaims,
  chain: readonly Certificate[],
  key: SigningKey,
): string {
  const { suite, publicKey, shards, replyBytes } = claims.form;
  const payload: JsonObject = {
    iat: claims.issuedAt,
    exp: claims.expiresAt,
    tn: claims.entries.map(formatTnEntry),
    key: { ...suite, pub: encodeBase64url(publicKey) },
    cps: claims.cps,
    shards,
    replyBytes,
    pages: claims.pages,
    stake: claims.stake,
    only: claims.only,
  };
  const header = { alg: 'ES256', typ: KEY_CREDENTIAL_TYPE, x5c: formatX5c(chain) };
  return signCompactJws(JSON.stringify(header), JSON.stringify(payload), key);
}

export function isWithdrawal({ issuedAt, expiresAt }: KeyCredentialClaims): boolean {
  return issuedAt === expiresAt;
}

function parseClaims(payload: JsonObject): KeyCredentialClaims {
  const issuedAt = integer(payload.iat, 0, Number.MAX_SAFE_INTEGER, 'iat');
  const expiresAt = integer(payload.exp, issuedAt, issuedAt + MAXIMUM_CREDENTIAL_SECONDS, 'exp');
  if (typeof payload.only !== 'boolean') throw refusal('only is not true or false');
  return {
    issuedAt,
    expiresAt,
    entries: list(payload.tn, MAXIMUM_ENTRIES, 'tn').map(parseTnEntry),
    form: parseForm(payload),
    cps: list(payload.cps, MAXIMUM_CPS, 'cps').map(parseOrigin),
    pages: integer(payload.pages, 1, MAXIMUM_PAGES, 'pages'),
    stake: integer(payload.stake, 0, MAXIMUM_STAKE, 'stake'),
    only: payload.only,
  };
}

function parseForm({ key, shards, replyBytes }: JsonObject): MailboxForm {
  if (!isJsonObject(key) || typeof key.pub !== 'string') throw refusal('key is not a public key');
  const isSuite1 =
    key.kem === SUITE_X25519.kem && key.kdf === SUITE_X25519.kdf && key.aead === SUITE_X25519.aead;
  if (!isSuite1) throw refusal('key suite is not supported');
  if (!isShardCount(shards)) throw refusal('shards is not a power of two up to 65536');
  if (!REPLY_BYTES.includes(replyBytes as number)) throw refusal('replyBytes is not 16384 or 65536');
  const publicKey = decodeBase64url(key.pub);
  if (!isPublicKey(publicKey)) throw refusal('key is not an X25519 public key');
  return { suite: SUITE_X25519, publicKey, shards, replyBytes: replyBytes as number };
}

/** 32 bytes, high bit clear, below 2^255 - 19, not zero: one spelling for one key. */
function isPublicKey(bytes: Uint8Array): boolean {
  if (bytes.length !== 32 || bytes[31]! > 0x7f || isAllZero(bytes)) return false;
  const isAtTop = bytes[31] === 0x7f && bytes.subarray(1, 31).every((byte) => byte === 0xff);
  return !isAtTop || bytes[0]! < 0xed;
}

/**
 * An https origin without path, user or default port written out. Its host has the grammar of a token's origin: what
 * stands here is what clients hold tokens for.
 */
function parseOrigin(text: string): string {
  if (text.length > 256 || !URL.canParse(text)) throw refusal('cps is not a URL');
  const url = new URL(text);
  if (url.protocol !== 'https:' || `https://${parseAuthority(url.host)}` !== text)
    throw refusal('cps is not an https origin');
  return text;
}

function list(value: Json | undefined, maximum: number, name: string): readonly string[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > maximum)
    throw refusal(`${name} is not a list`);
  if (!value.every((item) => typeof item === 'string')) throw refusal(`${name} is not a list of strings`);
  return value as readonly string[];
}

function integer(value: Json | undefined, minimum: number, maximum: number, name: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < minimum || value > maximum)
    throw refusal(`${name} is out of range`);
  return value;
}

function refusal(message: string): StirError {
  return new StirError('ERR_CREDENTIAL_FORMAT', message);
}
