// The certificate chain that came sealed with PASSporTs, in band (Identity-Encrypted) or out of band: what it is the chain
// of, and of what not. Here a fetch is saved; whether it is the signer's the signature tells, and what it is worth the
// path to an anchor.

import type { Passport } from '@oobleck/stir/passport';
import { type Outcome, readPassport } from '@oobleck/stir/verdict';
import type { ChainFinder } from './candidates.ts';
import type { ChainSource } from './parts.ts';

/** Of PASSporTs that a call brought sealed. */
export interface SealedChain {
  /** How many of the first values of the call's Identity header fields came in the one envelope. */
  readonly identities: number;
  /** DER certificates, signer of the first PASSporT first. */
  readonly chain: readonly Uint8Array[];
}

/**
 * The chain of an envelope is that of its first PASSporT, and of all others of that envelope, inner ones included, that
 * name the same `x5u` and bring none of their own: one signer signed them.
 */
export function fromEnvelope(
  chains: ChainSource,
  [first]: readonly Outcome<Passport>[],
  chain: readonly Uint8Array[],
  otherwise: ChainFinder,
): ChainFinder {
  if (first === undefined || 'fault' in first) return otherwise;
  const { token, certificateUrl } = first.value;
  return (passport) => {
    const isSameSigner = passport.chain === undefined && passport.certificateUrl === certificateUrl;
    return isSameSigner || passport.token === token ? chains.chainOf(chain) : otherwise(passport);
  };
}

/**
 * The same for header fields of which some came sealed: what stands in the open keeps its own chain, whoever put an
 * envelope beside it. Anybody can seal to a published key.
 * @param reads of the values in order, those of the envelope first
 */
export function fromSealedFields(
  chains: ChainSource,
  reads: readonly Outcome<Passport>[],
  sealed: SealedChain,
  otherwise: ChainFinder,
): ChainFinder {
  const own = reads.slice(0, sealed.identities);
  const inside = tokensOf(own);
  for (const token of tokensOf(reads.slice(sealed.identities))) inside.delete(token);
  const enveloped = fromEnvelope(chains, own, sealed.chain, otherwise);
  return (passport) => (inside.has(passport.token) ? enveloped(passport) : otherwise(passport));
}

/** Those that lie inside a `div-o` included, as deep as they nest. */
function tokensOf(reads: readonly Outcome<Passport>[]): Set<string> {
  const tokens = new Set<string>();
  for (let rest = reads; rest.length > 0; ) {
    const values = rest.flatMap((read) => ('value' in read ? [read.value] : []));
    const added = values.filter(({ token }) => !tokens.has(token));
    for (const { token } of added) tokens.add(token);
    rest = added.flatMap(({ diversion }) =>
      diversion !== undefined && 'original' in diversion ? [readPassport(diversion.original)] : [],
    );
  }
  return tokens;
}
