// Vectors of PASSporTs and of the header field that carries them.

import { decodeBase64url, encodeUtf8 } from '../../src/bytes/index.ts';
import type { Crypto } from '../../src/crypto/index.ts';
import {
  callingIdentity,
  formatStirReason,
  parseIdentity,
  parseStirReasons,
} from '../../src/identity/index.ts';
import { formatCanonicalJson, type JsonObject } from '../../src/json/index.ts';
import { parseCompactJws } from '../../src/jws/index.ts';
import {
  createPassportSigner,
  detachSignature,
  formatIntegrityDigest,
  formatMediaKeys,
  integrityDigestOf,
  isCompactForm,
  type Passport,
  type PassportExtension,
  parseFingerprint,
  parseIntegrityDigest,
  parsePassport,
} from '../../src/passport/index.ts';
import { formatStatement, parseStatement } from '../../src/passport/statement.ts';
import type { StirErrorCode } from '../../src/stir-error.ts';
import { refused, same } from './expectation.ts';

interface TokenVectors {
  readonly publicKeys: Record<string, string>;
  readonly tokens: readonly {
    readonly token: string;
    readonly signedBy?: string;
    readonly refused?: StirErrorCode;
    readonly parsed?: object;
  }[];
}

export function checkPassports({ publicKeys, tokens }: TokenVectors, crypto: Crypto): void {
  const keys = Object.entries(publicKeys).map(
    ([name, spki]) => [name, crypto.importVerifyingKey(fromBase64(spki))] as const,
  );
  for (const { token, signedBy, refused: code, parsed } of tokens) {
    const end = token.lastIndexOf('.');
    const signature = decodeBase64url(token.slice(end + 1));
    for (const [name, key] of keys)
      same(key.verify(encodeUtf8(token.slice(0, end)), signature), name === signedBy);
    if (code !== undefined) refused(code, () => parsePassport(token));
    else same(summary(parsePassport(token)), parsed);
  }
}

function summary(passport: Passport): object {
  const { extension, certificateUrl, originator, destinations, issuedAt, shaken } = passport;
  const caller = originator.kind === 'tn' ? originator.number : originator.uri;
  return { extension, certificateUrl, originator: caller, ...destinations, issuedAt, shaken };
}

interface ClaimVectors {
  readonly header?: string | JsonObject;
  readonly payload?: string;
  readonly claims?: JsonObject | readonly JsonObject[];
}

/** Claims as they are printed, signed here and read back. */
export function checkClaims({ header, payload, claims }: ClaimVectors, crypto: Crypto, name: string): void {
  const printed = payload === undefined ? [claims].flat() : [JSON.parse(payload) as JsonObject];
  const head = typeof header === 'string' ? (JSON.parse(header) as JsonObject) : header;
  const ppt = (head?.ppt ?? (name.includes('rfc9027') ? 'rph' : 'base')) as PassportExtension;
  const signer = createPassportSigner(crypto.generateSigningKey(), 'https://cert.example.org/passport.cer');
  for (const one of printed) {
    const token = signer.sign(parseStatement(ppt, one as JsonObject));
    same(parseCompactJws(token, 8_192).payload, one);
    same(parsePassport(token).extension, ppt);
  }
}

export function checkDigest({ printed, refused: code }: { printed: string; refused: StirErrorCode }): void {
  refused(code, () => parseIntegrityDigest(printed));
}

interface DigestVectors {
  readonly digests: readonly { readonly input: string; readonly digest: string }[];
  readonly claims: readonly JsonObject[];
}

export function checkDigests({ digests, claims }: DigestVectors, crypto: Crypto): void {
  for (const { input, digest } of digests) {
    same(formatIntegrityDigest(integrityDigestOf(crypto, encodeUtf8(input))), digest);
    same(formatIntegrityDigest(parseIntegrityDigest(digest)), digest);
  }
  for (const one of claims) {
    const type = one.attest === undefined ? 'rcd' : 'shaken';
    same(formatStatement(parseStatement(type, one)), one);
  }
}

export function checkMediaKeys(vector: { fingerprints: string[]; payload: string }): void {
  const { mky } = JSON.parse(vector.payload) as { mky: unknown };
  same(formatMediaKeys(vector.fingerprints.map(parseFingerprint)), mky);
}

interface IdentityVectors {
  readonly full: { readonly value: string; readonly token: string; readonly info: string };
  readonly compact: readonly string[];
}

export function checkIdentity({ full, compact }: IdentityVectors): void {
  const { token, info } = parseIdentity(full.value);
  same({ token, info }, { token: full.token, info: full.info });
  for (const value of compact) same(parseIdentity(value).token, detachSignature(full.token));
}

interface SipVector {
  readonly date: string;
  readonly issuedAt: number;
  readonly from: string;
  readonly payload: string;
}

/** What signaling said, and the claims that were made of it. */
export function checkSip({ date, issuedAt, from, payload }: SipVector): void {
  const claims = JSON.parse(payload) as JsonObject;
  same(Date.parse(date) / 1000, issuedAt);
  same(claims.iat, issuedAt);
  same(claims.orig, { tn: callingIdentity({ from }, { isAssertedTrusted: false })?.caller });
  same(formatCanonicalJson(formatStatement(parseStatement('base', claims))), payload);
}

/** `ppi` names a PASSporT by its compact form. */
export function checkReasons({ examples }: { examples: string[] }): void {
  for (const example of examples) {
    const value = example.slice('Reason: '.length);
    const [reason] = parseStirReasons(value);
    same(formatStirReason(reason!), value);
    if (reason!.ppi !== undefined) same(isCompactForm(reason!.ppi), true);
  }
}

function fromBase64(text: string): Uint8Array {
  return decodeBase64url(text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', ''));
}
