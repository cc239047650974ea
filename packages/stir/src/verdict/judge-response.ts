// Connected identity (RFC 9970): what the caller's side makes of the PASSporTs in a response. Whom the call reached is
// signed by its holder in `rsp`; where that is not whom was called, diversions have to lead there.

import { isSameParty, namesParty, type Party, type Passport } from '../passport/index.ts';
import { type ChainOutcome, type JudgeRules, judgeDiversion, judgeSignature } from './judge-passport.ts';
import { MAXIMUM_DIVERSIONS } from './passport-chain.ts';
import type { Fault, Outcome } from './reason.ts';

/** The request that is answered. */
export interface PlacedRequest {
  readonly originator: Party;
  readonly destination: Party;
}

export interface ReachedParty {
  readonly response: Passport;
  /** From the number called to the one reached, in that order; empty where they are one. */
  readonly diversions: readonly Passport[];
}

/** @param passports those of one response @param now seconds since 1970 */
export function matchResponse(
  passports: readonly Passport[],
  request: PlacedRequest,
  rules: JudgeRules,
  now: number,
): Outcome<ReachedParty> {
  const response = passports.find(({ extension }) => extension === 'rsp');
  if (response === undefined) return { fault: 'no-passport' };
  if (!isSameParty(response.originator, request.originator)) return { fault: 'caller-mismatch' };
  if (Math.abs(now - response.issuedAt) > rules.freshnessSeconds) return { fault: 'stale' };
  const diversions = linkForward(passports, request, response);
  return diversions === undefined ? { fault: 'broken-diversion' } : { value: { response, diversions } };
}

/**
 * Every signature: that of `rsp` by the holder of `dest` (RFC 9970 Section 9), each diversion by the holder of `div`.
 * @param outcomes of `response`, then of each of `diversions`
 */
export function judgeResponse(
  { response, diversions }: ReachedParty,
  outcomes: readonly ChainOutcome[],
  rules: JudgeRules,
): Fault | undefined {
  const [own, ...others] = outcomes;
  if (own === undefined || others.length !== diversions.length) return 'internal';
  const signed = judgeSignature(response, partiesReached(response), own, rules);
  if ('fault' in signed) return signed.fault;
  for (const [at, diversion] of diversions.entries()) {
    const judged = judgeDiversion(diversion, others[at]!, rules);
    if ('fault' in judged) return judged.fault;
  }
  return undefined;
}

/** RFC 9970 Section 5: a destination that changed requires at least one diversion, and each has to follow the last. */
function linkForward(
  passports: readonly Passport[],
  { originator, destination }: PlacedRequest,
  response: Passport,
): readonly Passport[] | undefined {
  const links: Passport[] = [];
  let target = destination;
  while (!namesParty(response.destinations, target)) {
    const next = passports.find(
      (one) =>
        one.diversion !== undefined &&
        !links.includes(one) &&
        isSameParty(one.originator, originator) &&
        isSameParty(one.diversion.from, target),
    );
    const [to] = next === undefined ? [] : partiesReached(next);
    if (next === undefined || to === undefined || links.length === MAXIMUM_DIVERSIONS) return undefined;
    links.push(next);
    target = to;
  }
  return links;
}

function partiesReached({ destinations }: Passport): Party[] {
  return [
    ...destinations.numbers.map((number) => ({ kind: 'tn' as const, number })),
    ...destinations.uris.map((uri) => ({ kind: 'uri' as const, uri })),
  ];
}
