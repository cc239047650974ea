// The six steps of a verification service over one PASSporT (RFC 8816 Section 8.2; in band RFC 8224 Section 6.2), as
// values: text, call and certificates in, a valid PASSporT or a reason out. Nothing here waits or fetches.

import type { ArrivedCall } from '../call/index.ts';
import { authorityOver, type NumberMap, type PathVerdict, verifyingKeyOf } from '../certificate/index.ts';
import type { Crypto } from '../crypto/crypto.ts';
import { parseIdentity } from '../identity/index.ts';
import { type Passport, parsePassport } from '../passport/index.ts';
import { StirError } from '../stir-error.ts';
import type { Channel, Reason } from './reason.ts';
import type { ValidPassport } from './verdict.ts';

export type Fault = Exclude<Reason, 'verified'>;
export type Outcome<T> = { readonly value: T } | { readonly fault: Fault };

/** RFC 8224 Section 6.2, step 4: 60 seconds are recommended. */
export const DEFAULT_FRESHNESS_SECONDS = 60;

export interface JudgeRules {
  readonly crypto: Crypto;
  /** How far `iat` may be from now, either way. */
  readonly freshnessSeconds: number;
  readonly numberMap?: NumberMap | undefined;
}

/** What the trust service found out about the chain behind a PASSporT. */
export type ChainOutcome = { readonly path: PathVerdict } | { readonly fault: Fault };

/** Step 2: a full-form PASSporT of a supported type (RFC 8225 Section 8.1). */
export function readPassport(token: string): Outcome<Passport> {
  try {
    return { value: parsePassport(token) };
  } catch (error) {
    if (!(error instanceof StirError)) throw error;
    return { fault: error.code === 'ERR_PASSPORT_UNSUPPORTED' ? 'unsupported-ppt' : 'malformed' };
  }
}

/** An Identity header field value: the PASSporT, whose header its parameters must mirror (RFC 8224 Section 4.1). */
export function readIdentity(value: string): Outcome<Passport> {
  let identity: ReturnType<typeof parseIdentity>;
  try {
    identity = parseIdentity(value);
  } catch (error) {
    if (!(error instanceof StirError)) throw error;
    return { fault: 'malformed' };
  }
  const read = readPassport(identity.token);
  if ('fault' in read) return read;
  const { certificateUrl, extension } = read.value;
  const ppt = extension === 'base' ? undefined : extension;
  const isMirror = identity.info === certificateUrl && identity.algorithm === 'ES256' && identity.ppt === ppt;
  return isMirror ? read : { fault: 'info-mismatch' };
}

/**
 * Step 3 and the freshness of step 5: is it about this call, and about now. The caller is taken from signaling, never
 * from the PASSporT (RFC 8224 Section 6.2.4); `dest` must name the number called here (RFC 8225 Section 10.1).
 */
export function matchCall(
  passport: Passport,
  call: ArrivedCall,
  rules: JudgeRules,
  now: number,
): Fault | undefined {
  const { originator, destinations, issuedAt } = passport;
  if (call.caller === undefined) return 'no-caller';
  if (originator.kind !== 'tn' || originator.number !== call.caller) return 'caller-mismatch';
  if (!destinations.numbers.some((number) => call.called.includes(number))) return 'called-mismatch';
  return Math.abs(now - issuedAt) > rules.freshnessSeconds ? 'stale' : undefined;
}

/** Steps 4 and 6: the chain, who may sign for whom, the signature. */
export function judgeSigner(
  passport: Passport,
  chain: ChainOutcome,
  channel: Channel,
  rules: JudgeRules,
): Outcome<ValidPassport> {
  if ('fault' in chain) return chain;
  const { path } = chain;
  if (!path.valid) return { fault: pathFault(path.reason) };
  const key = verifyingKeyOf(path.leaf, rules.crypto);
  if (key?.algorithm !== 'ES256') return { fault: 'certificate-untrusted' };
  // JWTClaimConstraints bind what the certificate may sign (RFC 8226 Section 8): a checker that does not apply them
  // must not accept what they might forbid.
  if (path.leaf.hasClaimConstraints) return { fault: 'certificate-unsupported' };
  const { originator, extension } = passport;
  if (originator.kind !== 'tn') return { fault: 'no-authority' };
  const authority = authorityOver({
    certificate: path.leaf,
    number: originator.number,
    ppt: extension === 'base' ? undefined : extension,
    spcOf: rules.numberMap?.spcOf,
  });
  if (authority === undefined) return { fault: 'no-authority' };
  if (!key.verify(passport.signingInput, passport.signature)) return { fault: 'bad-signature' };
  return { value: { passport, authority, channel } };
}

function pathFault(reason: Extract<PathVerdict, { valid: false }>['reason']): Fault {
  return reason === 'expired' || reason === 'not-yet-valid' ? 'certificate-expired' : 'certificate-untrusted';
}

/**
 * PASSporTs are the same when header and payload are: signature bytes do not count, since anybody can turn an ECDSA
 * signature into another valid one (RFC 8816 Section 7.4).
 */
export function passportDigest(crypto: Crypto, passport: Passport): Uint8Array {
  return crypto.sha256(passport.signingInput);
}
