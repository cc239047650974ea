// A call is sent on to another number: its holder signs `div` PASSporTs that travel beside the earlier ones, one for all
// that have the same `orig` and `dest` (RFC 8946 Section 4.1), and for what goes out of band a `div-o` around each of them
// (RFC 8946 Section 5.1, RFC 8816 Section 6.2, G-04). Signatures of the earlier PASSporTs are not checked here: whoever
// verifies the chains checks them all.

import { authorityOver } from '../certificate/index.ts';
import { formatIdentity } from '../identity/index.ts';
import type { TelephoneNumber } from '../number/index.ts';
import { divert, isSameParty, namesParty, type Party, type Passport } from '../passport/index.ts';
import { isSealable } from '../seal/index.ts';
import { StirError } from '../stir-error.ts';
import {
  byWeight,
  DEFAULT_FRESHNESS_SECONDS,
  findCompanions,
  linksOf,
  MAXIMUM_DIVERSIONS,
  type PassportChain,
  speaksForCaller,
} from '../verdict/index.ts';
import type { SigningAuthority } from './place-call.ts';

export interface DiversionRequest {
  /** Whom the call was for; the signer holds it. */
  readonly from: TelephoneNumber;
  /** Whom it is for now. */
  readonly to: Party;
  /** As presented; where it is given, only PASSporTs of that caller are diverted. */
  readonly caller?: TelephoneNumber | undefined;
  /** The index of the History-Info entry (RFC 8946 Section 8). */
  readonly historyIndex?: string | undefined;
  /** Left out, the `iat` of the PASSporT that is diverted (RFC 8946 Section 3). */
  readonly issuedAt?: number | undefined;
}

export interface SignedDiversion {
  /** Values of Identity header fields, to be added to those that came; that of who calls first, as a rule the only one. */
  readonly identities: readonly string[];
  /** What goes out of band: each `div-o`, and the earlier links that are not inside one. */
  readonly passports: readonly string[];
}

export type DiversionRefusal =
  /** No PASSporT of the call was for the number it is diverted from. */
  'no-passport' | 'same-number' | 'stale' | 'too-many-diversions' | 'no-authority' | 'number-not-allowed';

export type DiversionOutcome =
  | { readonly diverted: true; readonly call: SignedDiversion }
  | { readonly diverted: false; readonly reason: DiversionRefusal };

/** @param now seconds since 1970 */
export function signDiversion(
  authority: SigningAuthority,
  passports: readonly Passport[],
  request: DiversionRequest,
  now: number,
  freshnessSeconds = DEFAULT_FRESHNESS_SECONDS,
): DiversionOutcome {
  const { from, to } = request;
  if (isSameParty(partyOf(from), to)) return { diverted: false, reason: 'same-number' };
  const [first, ...others] = chainsTo(passports, request);
  if (first === undefined) return { diverted: false, reason: 'no-passport' };
  const reason =
    chainFault(first) ?? authorityFault(authority, from) ?? staleness(first, now, freshnessSeconds);
  if (reason !== undefined) return { diverted: false, reason };
  const beside = others.filter(
    (one) => (chainFault(one) ?? staleness(one, now, freshnessSeconds)) === undefined,
  );
  try {
    return { diverted: true, call: sign(authority, [first, ...beside], request) };
  } catch (error) {
    // The nested form grows with every diversion, and a PASSporT has a greatest length.
    if (error instanceof StirError) return { diverted: false, reason: 'too-many-diversions' };
    throw error;
  }
}

/**
 * The chains whose outermost PASSporT was for the number the call is diverted from, of each innermost one the longest. Whoever
 * says most about the caller comes first, and none without somebody who speaks for the caller.
 */
function chainsTo(
  passports: readonly Passport[],
  { from, caller }: DiversionRequest,
): readonly PassportChain[] {
  const leadsHere = (chain: PassportChain): boolean => {
    const { originator } = chain.base;
    const isCaller = caller === undefined || (originator.kind === 'tn' && originator.number === caller);
    return isCaller && namesParty(linksOf(chain)[0]!.destinations, partyOf(from));
  };
  const longest = findCompanions(passports)
    .filter(leadsHere)
    .sort((a, b) => b.diversions.length - a.diversions.length);
  const byBase = new Map<string, PassportChain>();
  for (const chain of longest) if (!byBase.has(chain.base.token)) byBase.set(chain.base.token, chain);
  const chains = [...byBase.values()].sort((a, b) => byWeight(a.base, b.base));
  return chains[0] !== undefined && speaksForCaller(chains[0].base) ? chains : [];
}

function chainFault({ diversions }: PassportChain): DiversionRefusal | undefined {
  return diversions.length >= MAXIMUM_DIVERSIONS ? 'too-many-diversions' : undefined;
}

/** RFC 8946 Section 3: authority over the number in `div`, never over `orig`; a provider's word does not prove it. */
function authorityFault(
  { certificate, numberMap, allowedNumbers }: SigningAuthority,
  from: TelephoneNumber,
): DiversionRefusal | undefined {
  const proof = authorityOver({ certificate, number: from, ppt: 'div', spcOf: numberMap?.spcOf });
  if (proof === undefined) return 'no-authority';
  const isAllowed =
    allowedNumbers === undefined || allowedNumbers === 'any' || allowedNumbers.coversNumber(from);
  return isAllowed ? undefined : 'number-not-allowed';
}

/** A new signature would make a PASSporT look fresh that is not (ATIS-1000085): none is given then. */
function staleness(chain: PassportChain, now: number, freshnessSeconds: number): 'stale' | undefined {
  return Math.abs(now - linksOf(chain)[0]!.issuedAt) > freshnessSeconds ? 'stale' : undefined;
}

/**
 * The `div` alone, where whoever asks holds the earlier PASSporT and shows it to nobody: nothing can go out of band then.
 * @param caller and `issuedAt` are those of the earlier PASSporT
 */
export function signBareDiversion(
  authority: SigningAuthority,
  { from, to, caller, historyIndex, issuedAt }: DiversionRequest,
  now: number,
  freshnessSeconds = DEFAULT_FRESHNESS_SECONDS,
): DiversionOutcome {
  if (caller === undefined || issuedAt === undefined) return { diverted: false, reason: 'no-passport' };
  if (isSameParty(partyOf(from), to)) return { diverted: false, reason: 'same-number' };
  const reason = authorityFault(authority, from);
  if (reason !== undefined) return { diverted: false, reason };
  if (Math.abs(now - issuedAt) > freshnessSeconds) return { diverted: false, reason: 'stale' };
  const token = authority.signer.sign({
    extension: 'div',
    originator: partyOf(caller),
    destinations: to.kind === 'tn' ? { numbers: [to.number], uris: [] } : { numbers: [], uris: [to.uri] },
    issuedAt,
    diversion: { from: partyOf(from), ...(historyIndex === undefined ? {} : { historyIndex }) },
  });
  return { diverted: true, call: { identities: [identityOf(authority, token)], passports: [] } };
}

function sign(
  authority: SigningAuthority,
  chains: readonly PassportChain[],
  { from, to, historyIndex, issuedAt }: DiversionRequest,
): SignedDiversion {
  const order = {
    from: partyOf(from),
    to,
    ...(historyIndex === undefined ? {} : { historyIndex }),
    ...(issuedAt === undefined ? {} : { issuedAt }),
  };
  const { signer } = authority;
  const outermost = chains.map((chain) => linksOf(chain)[0]!);
  const isAgain = (earlier: Passport, at: number): boolean =>
    outermost.slice(0, at).some((one) => isSameDiversion(one, earlier, issuedAt !== undefined));
  const diverted = outermost.filter((earlier, at) => !isAgain(earlier, at));
  return {
    identities: diverted.map((earlier) =>
      identityOf(authority, signer.sign(divert(earlier, { ...order, extension: 'div' })!)),
    ),
    passports: outOfBand(chains, (earlier) =>
      signer.sign(divert(earlier, { ...order, extension: 'div-o' })!),
    ),
  };
}

/** RFC 8946 Section 4.1: one `div` serves all with the same `orig` and `dest`; and two that say the same are one. */
function isSameDiversion(a: Passport, b: Passport, isDatedAnew: boolean): boolean {
  if (!isSameParty(a.originator, b.originator)) return false;
  const destinationsOf = ({ destinations: { numbers, uris } }: Passport): string =>
    JSON.stringify([[...numbers].sort(), [...uris].sort()]);
  return isDatedAnew || a.issuedAt === b.issuedAt || destinationsOf(a) === destinationsOf(b);
}

/**
 * A `div-o` around the outermost PASSporT of each chain, with the links that are inside none. The first chain goes out of
 * band whatever it takes, the others as far as one envelope holds them.
 * @throws StirError where the first cannot be nested any further
 */
function outOfBand(chains: readonly PassportChain[], nest: (earlier: Passport) => string): readonly string[] {
  const nested = new Map<string, string>();
  let all: readonly string[] = [];
  for (const [at, chain] of chains.entries()) {
    const [earlier, ...others] = linksOf(chain);
    const known = nested.get(earlier!.token);
    const token = known ?? (at === 0 ? nest(earlier!) : orNothing(() => nest(earlier!)));
    if (token === undefined) continue;
    nested.set(earlier!.token, token);
    const standing = others.filter((_, before) => !isNesting(linksOf(chain)[before]!));
    const more = [...new Set([...all, token, ...standing.map((link) => link.token)])];
    if (at === 0 || isSealable({ passports: more })) all = more;
  }
  return all;
}

function isNesting({ diversion }: Passport): boolean {
  return diversion !== undefined && 'original' in diversion;
}

function orNothing(make: () => string): string | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof StirError) return undefined;
    throw error;
  }
}

function identityOf({ signer }: SigningAuthority, token: string): string {
  return formatIdentity({ token, info: signer.certificateUrl, algorithm: 'ES256', ppt: 'div' });
}

function partyOf(number: TelephoneNumber): Party {
  return { kind: 'tn', number };
}
