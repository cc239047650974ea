// The name under which a PASSporT is recorded as taken, so that it serves one call (RFC 8816 Section 7.4, R-10), diverted
// or not.

import { concatBytes, encodeUtf8 } from '@oobleck/stir/bytes';
import type { ArrivedCall } from '@oobleck/stir/call';
import type { Crypto } from '@oobleck/stir/crypto';
import type { Passport } from '@oobleck/stir/passport';
import { type PassportChain, passportDigest, passportName, servesUntil } from '@oobleck/stir/verdict';
import type { CandidateContext } from './candidates.ts';

/** Beyond the last moment at which a PASSporT is fresh: by the clock of another node that moment comes later. */
const USE_KEPT_MS = 10_000;

/** The name of a PASSporT for this call, and how long it stays taken. */
export function useOf(
  { rules, call }: Pick<CandidateContext, 'rules' | 'call'>,
  chain: PassportChain,
): { readonly name: string; readonly untilMs: number } {
  const untilMs = servesUntil(chain, rules) * 1000 + USE_KEPT_MS;
  return { name: usedName(rules.crypto, call, chain), untilMs };
}

/**
 * Of a chain the innermost stands for all: diverted to the same party once more, whoever signs it, it is the same call
 * (RFC 8946 Section 4.2). Sent on to another one it is a further leg of the same call, which may well come by here
 * again. The party is one that the latest diversion names: what else a trunk knows it by makes no other leg.
 */
function usedName(crypto: Crypto, call: ArrivedCall, { base, diversions }: PassportChain): string {
  const latest = diversions[0];
  if (latest === undefined) return passportName(crypto, base);
  const leg = encodeUtf8(calledIn(latest, call));
  return crypto.sha256Name(concatBytes(passportDigest(crypto, base), leg));
}

/** The first, in order, of those who are called and whom the PASSporT names. */
function calledIn({ destinations: { numbers, uris } }: Passport, call: ArrivedCall): string {
  const named: readonly string[] = [
    ...numbers.filter((number) => call.called.includes(number)),
    ...uris.filter((uri) => call.calledUris?.includes(uri)),
  ];
  return [...named].sort()[0]!;
}
