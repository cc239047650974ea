// The certificate chain that came sealed with PASSporTs, in band (Identity-Encrypted) or out of band: what it is the chain
// of, and of what not. Here a fetch is saved; whether it is the signer's the signature tells, and what it is worth the
// path to an anchor.

import type { Passport } from '@oobleck/stir/passport';
import { type Outcome, readPassport } from '@oobleck/stir/verdict';
import type { ChainFinder } from './candidates.ts';
import type { ChainSource } from './parts.ts';

/** What a call brought in one sealed envelope. */
export interface SealedIdentities {
  /** As values of Identity header fields, full form. */
  readonly identities: readonly string[];
  /** DER certificates, signer of the first PASSporT first. */
  readonly chain?: readonly Uint8Array[] | undefined;
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
 * The same for what came sealed beside header fields: what stands in the open keeps its own chain, whoever put an
 * envelope beside it. Anybody can seal to a published key.
 * @param own of the values in the envelope, in order
 */
export function fromSealedFields(
  chains: ChainSource,
  own: readonly Outcome<Passport>[],
  open: readonly Outcome<Passport>[],
  chain: readonly Uint8Array[],
  otherwise: ChainFinder,
): ChainFinder {
  const inside = tokensOf(own);
  for (const token of tokensOf(open)) inside.delete(token);
  const enveloped = fromEnvelope(chains, own, chain, otherwise);
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
