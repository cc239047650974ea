// The access token of a request, checked whole (ATIS-1000096 and -1000105): form, audience, time, parties against the path,
// certificate, signature, provider. What costs nothing comes first, and no certificate is fetched for a token that
// says it is for another host, time or path. Whether it was used before is asked last, by whoever grants. (V-01, V-03)

import { StirError } from '@oobleck/stir';
import { type Certificate, verifyingKeyOf } from '@oobleck/stir/certificate';
import type { Crypto } from '@oobleck/stir/crypto';
import { isSameParty } from '@oobleck/stir/passport';
import { type AtOnceOrLater, andThen } from '../../../call/index.ts';
import type { ChainResult, Channel, Trust } from '../../../trust/index.ts';
import type { AccessAction, AccessClaims } from './access-claims.ts';
import type { AccessToken, ChainPlace } from './access-token.ts';
import type { Place } from './place.ts';
import type { Refusal } from './refusal.ts';

export interface AccessParts {
  readonly crypto: Crypto;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly chains: Pick<Trust, 'chainFor' | 'chainOf' | 'validated'>;
}

export interface AccessOptions {
  /** Values of `aud` that mean this CPS. */
  readonly hosts: readonly string[];
  /** How far `iat` may be from now. */
  readonly freshnessSeconds: number;
  /** `out-of-band`: certificates of listed repositories only; `in-band`: of any public host. */
  readonly channel: Channel;
  /** For a certificate that has to be fetched. */
  readonly chainDeadlineMs: number;
}

export interface AccessRequest {
  /** Value of the Authorization header field. */
  readonly authorization: string | undefined;
  readonly place: Place;
  readonly action: AccessAction;
}

const PLAIN = 'Bearer ';
const BEARER = /^bearer +([A-Za-z0-9_.-]+) *$/i;

/** What the token says, held against the request; nothing of it is proven yet. */
export function readAccess(
  read: (text: string) => AccessToken,
  options: AccessOptions,
  { authorization, place, action }: AccessRequest,
  nowMs: number,
): { readonly token: AccessToken } | { readonly refusal: Refusal } {
  const text = bearerOf(authorization ?? '');
  if (text === undefined) return { refusal: 'no-token' };
  const token = orUndefined(() => read(text));
  if (token === undefined) return { refusal: 'malformed-token' };
  const refusal = judgeClaims(token.claims, options, place, nowMs) ?? judgeAction(token.claims, action);
  return refusal === undefined ? { token } : { refusal };
}

/** Whether who says so may say it: at once where the certificate is known. @returns `undefined` where all holds */
export function proveAccess(
  parts: AccessParts,
  options: AccessOptions,
  token: AccessToken,
): AtOnceOrLater<Refusal | undefined> {
  return andThen(findChain(parts, options, token.certificate), (found) =>
    'unavailable' in found ? UNAVAILABLE[found.unavailable] : judgeSigner(parts, token, found.chain),
  );
}

/** RFC 6750 Section 2.1; as nearly everybody writes it without looking at each letter, which the token's reader does. */
function bearerOf(authorization: string): string | undefined {
  const isPlain = authorization.startsWith(PLAIN) && authorization.indexOf(' ', PLAIN.length) === -1;
  if (isPlain && authorization.length > PLAIN.length) return authorization.slice(PLAIN.length);
  return BEARER.exec(authorization)?.[1];
}

function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof StirError) return undefined;
    throw error;
  }
}

function judgeClaims(
  claims: AccessClaims,
  { hosts, freshnessSeconds }: AccessOptions,
  place: Place,
  nowMs: number,
): Refusal | undefined {
  const { audience, issuedAt, expiresAt } = claims;
  const now = nowMs / 1000;
  if (!hosts.includes(audience.toLowerCase())) return 'audience';
  if (Math.abs(now - issuedAt) > freshnessSeconds) return 'stale';
  if (expiresAt !== undefined && expiresAt <= now) return 'expired';
  if (isIncomplete(claims, place)) return 'missing-claim';
  return isOf(claims, place) ? undefined : 'other-pair';
}

function judgeAction(claims: AccessClaims, action: AccessAction): Refusal | undefined {
  if (claims.action === 'republish') return 'republish';
  return claims.action === action ? undefined : 'other-action';
}

/** `sub` in ATIS-1000096; in ATIS-1000105 `spc`, and `exp` where something is published. */
function isIncomplete({ subject, spc, expiresAt, action }: AccessClaims, { profile }: Place): boolean {
  if (profile === '96') return subject === undefined;
  return spc === undefined || (action === 'publish' && expiresAt === undefined);
}

/** A token with `spc` is one of ATIS-1000105: it fits no path without one. */
function isOf(claims: AccessClaims, place: Place): boolean {
  const isSamePair = isSameParty(claims.called, place.called) && isSameParty(claims.caller, place.caller);
  return isSamePair && claims.spc === place.spc;
}

function findChain(
  { chains }: AccessParts,
  { channel, chainDeadlineMs }: AccessOptions,
  certificate: ChainPlace,
): AtOnceOrLater<ChainResult> {
  if ('x5c' in certificate) return chains.chainOf(certificate.x5c);
  return chains.chainFor(certificate.x5u, { channel, signalDeadlineMs: chainDeadlineMs });
}

const UNAVAILABLE = {
  unlisted: 'untrusted',
  policy: 'untrusted',
  'bad-url': 'untrusted',
  'bad-body': 'untrusted',
  'fetch-failed': 'certificate-unavailable',
  deadline: 'certificate-unavailable',
} as const;

function judgeSigner(
  { crypto, now, chains }: AccessParts,
  { claims, signed, signature }: AccessToken,
  chain: readonly Certificate[],
): Refusal | undefined {
  const path = chains.validated(chain, now() / 1000);
  if (!path.valid) return path.reason === 'tn-list-unavailable' ? 'certificate-unavailable' : 'untrusted';
  const key = verifyingKeyOf(path.leaf, crypto);
  if (key?.algorithm !== 'ES256') return 'untrusted';
  // Out of the pool that small buffers share: memory of its own would cost each token half a microsecond.
  if (!key.verify(Buffer.from(signed, 'latin1'), signature)) return 'signature';
  return isProvider(path.leaf, claims) ? undefined : 'holder';
}

/** `iss`, and `sub` where there is one, are an SPC of the TNAuthList; so is `spc` of whoever publishes. */
function isProvider({ numbers }: Certificate, { issuer, subject, spc, action }: AccessClaims): boolean {
  if (!numbers.spcs.has(issuer)) return false;
  if (subject !== undefined && subject !== issuer) return false;
  return spc === undefined || action === 'retrieve' || numbers.spcs.has(spc);
}
