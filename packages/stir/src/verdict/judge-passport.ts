// The signer (RFC 8816 Section 8.2, steps 4 and 6; in band RFC 8224 Section 6.2): the chain behind a PASSporT,
// who may sign for whom, what the certificate permits, the signature. Nothing here waits or fetches.

import {
  type Authority,
  authorityOver,
  meetsClaimConstraints,
  type NumberMap,
  type PathVerdict,
  verifyingKeyOf,
} from '../certificate/index.ts';
import type { Crypto } from '../crypto/crypto.ts';
import { type Party, type Passport, pptOf } from '../passport/index.ts';
import type { MatchRules } from './match-call.ts';
import { linksOf, type PassportChain, speaksForCaller } from './passport-chain.ts';
import type { Channel, Fault, Outcome } from './reason.ts';
import type { ValidPassport } from './verdict.ts';

export interface JudgeRules extends MatchRules {
  readonly crypto: Crypto;
  readonly numberMap?: NumberMap | undefined;
}

/** What the trust service found out about the chain behind a PASSporT. */
export type ChainOutcome = { readonly path: PathVerdict } | { readonly fault: Fault };

/** A PASSporT that speaks for a caller; any other has no authority here. */
export function judgeSigner(
  passport: Passport,
  chain: ChainOutcome,
  channel: Channel,
  rules: JudgeRules,
): Outcome<ValidPassport> {
  if (!speaksForCaller(passport)) return { fault: 'no-authority' };
  const signed = judgeSignature(passport, [passport.originator], chain, rules);
  return 'fault' in signed ? signed : { value: { passport, authority: signed.value, channel } };
}

/**
 * Every PASSporT of a chain: whoever signs a diversion has authority over the number diverted from (RFC 8946 Section 3),
 * whoever signs the innermost over the caller.
 * @param outcomes of each link, in the order of `linksOf`
 */
export function judgeChain(
  chain: PassportChain,
  outcomes: readonly ChainOutcome[],
  channel: Channel,
  rules: JudgeRules,
): Outcome<ValidPassport> {
  const { base, diversions } = chain;
  const linked = judgeDiversions(chain, outcomes, rules);
  if ('fault' in linked) return linked;
  const judged = judgeSigner(base, linked.value, channel, rules);
  if ('fault' in judged || diversions.length === 0) return judged;
  return { value: { ...judged.value, diversions } };
}

/** The diversions of a chain. @returns what was found out about the chain behind the innermost PASSporT */
export function judgeDiversions(
  chain: PassportChain,
  outcomes: readonly ChainOutcome[],
  rules: JudgeRules,
): Outcome<ChainOutcome> {
  const { diversions } = chain;
  const innermost = outcomes[diversions.length];
  if (innermost === undefined || outcomes.length !== linksOf(chain).length) return { fault: 'internal' };
  for (const [at, link] of diversions.entries()) {
    const signed = judgeDiversion(link, outcomes[at]!, rules);
    if ('fault' in signed) return signed;
  }
  return { value: innermost };
}

/** A diversion by itself: its signer holds the number in `div`, which a provider's word does not prove. */
export function judgeDiversion(
  passport: Passport,
  chain: ChainOutcome,
  rules: JudgeRules,
): Outcome<Authority> {
  const { diversion } = passport;
  return diversion === undefined
    ? { fault: 'broken-diversion' }
    : judgeSignature(passport, [diversion.from], chain, rules);
}

/** @param parties all of whom the signer has to have authority over */
export function judgeSignature(
  passport: Passport,
  parties: readonly Party[],
  chain: ChainOutcome,
  rules: JudgeRules,
): Outcome<Authority> {
  if ('fault' in chain) return chain;
  const { path } = chain;
  if (!path.valid) return { fault: pathFault(path.reason) };
  const { leaf } = path;
  const key = verifyingKeyOf(leaf, rules.crypto);
  if (key?.algorithm !== 'ES256') return { fault: 'certificate-unsupported' };
  // RFC 8226 Section 8, RFC 9118 Section 3: the certificate says what its holder may claim.
  const { claimConstraints } = leaf;
  if (claimConstraints !== undefined && !meetsClaimConstraints(claimConstraints, passport.claims))
    return { fault: 'claims-not-permitted' };
  const authority = authorityOverAll(passport, parties, path.leaf, rules);
  if (authority === undefined) return { fault: 'no-authority' };
  if (!key.verify(passport.signingInput, passport.signature)) return { fault: 'bad-signature' };
  return { value: authority };
}

/** A TNAuthList names numbers, never URIs. */
function authorityOverAll(
  { extension }: Passport,
  parties: readonly Party[],
  certificate: Extract<PathVerdict, { valid: true }>['leaf'],
  { numberMap }: JudgeRules,
): Authority | undefined {
  let weakest: Authority = 'number';
  for (const party of parties) {
    const authority =
      party.kind === 'tn'
        ? authorityOver({ certificate, number: party.number, ppt: pptOf(extension), spcOf: numberMap?.spcOf })
        : undefined;
    if (authority === undefined) return undefined;
    if (authority === 'provider') weakest = authority;
  }
  return weakest;
}

function pathFault(reason: Extract<PathVerdict, { valid: false }>['reason']): Fault {
  if (reason === 'revoked') return 'certificate-revoked';
  if (reason === 'tn-list-unavailable') return 'certificate-unavailable';
  return reason === 'expired' || reason === 'not-yet-valid' ? 'certificate-expired' : 'certificate-untrusted';
}

/**
 * PASSporTs are the same when header and payload are: signature bytes do not count, since anybody can turn an ECDSA
 * signature into another valid one (RFC 8816 Section 7.4, R-10).
 */
export function passportDigest(crypto: Crypto, passport: Passport): Uint8Array {
  return crypto.sha256(passport.signingInput);
}

/** The same in base64url. */
export function passportName(crypto: Crypto, passport: Passport): string {
  return crypto.sha256Name(passport.signingInput);
}
