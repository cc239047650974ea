// A call is sent on to another number (RFC 8946 Section 4.1): its holder signs a `div` PASSporT that travels beside the
// earlier ones, and a `div-o` for what goes out of band (RFC 8816 Section 6.2). Signatures of the earlier PASSporTs are
// not checked here: whoever verifies the chain checks them all.

import { authorityOver } from '../certificate/index.ts';
import { formatIdentity } from '../identity/index.ts';
import type { TelephoneNumber } from '../number/index.ts';
import { divert, isSameParty, namesParty, type Party, type Passport } from '../passport/index.ts';
import { StirError } from '../stir-error.ts';
import {
  DEFAULT_FRESHNESS_SECONDS,
  findChains,
  linksOf,
  MAXIMUM_DIVERSIONS,
  type PassportChain,
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
  /** Value of an Identity header field, to be added to those that came. */
  readonly identity: string;
  /** What goes out of band: the `div-o`, and the earlier links that are not inside it. */
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
  const chain = chainTo(passports, request);
  const reason =
    chainFault(chain) ?? authorityFault(authority, from) ?? staleness(chain, now, freshnessSeconds);
  if (reason !== undefined) return { diverted: false, reason };
  const [outermost, ...earlier] = linksOf(chain!);
  try {
    return { diverted: true, call: sign(authority, outermost!, earlier, request) };
  } catch (error) {
    // The nested form grows with every diversion, and a PASSporT has a greatest length.
    if (error instanceof StirError) return { diverted: false, reason: 'too-many-diversions' };
    throw error;
  }
}

/** The chain whose outermost PASSporT was for the number the call is diverted from; the longest, where several are. */
function chainTo(
  passports: readonly Passport[],
  { from, caller }: DiversionRequest,
): PassportChain | undefined {
  const leadsHere = (chain: PassportChain): boolean => {
    const { originator } = chain.base;
    const isCaller = caller === undefined || (originator.kind === 'tn' && originator.number === caller);
    return isCaller && namesParty(linksOf(chain)[0]!.destinations, partyOf(from));
  };
  return findChains(passports)
    .chains.filter(leadsHere)
    .sort((a, b) => b.diversions.length - a.diversions.length)[0];
}

function chainFault(chain: PassportChain | undefined): DiversionRefusal | undefined {
  if (chain === undefined) return 'no-passport';
  return chain.diversions.length >= MAXIMUM_DIVERSIONS ? 'too-many-diversions' : undefined;
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
function staleness(
  chain: PassportChain | undefined,
  now: number,
  freshnessSeconds: number,
): 'stale' | undefined {
  const outermost = chain && linksOf(chain)[0]!;
  return outermost && Math.abs(now - outermost.issuedAt) > freshnessSeconds ? 'stale' : undefined;
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
  return { diverted: true, call: { identity: identityOf(authority, token), passports: [] } };
}

function sign(
  authority: SigningAuthority,
  outermost: Passport,
  earlier: readonly Passport[],
  { from, to, historyIndex, issuedAt }: DiversionRequest,
): SignedDiversion {
  const order = {
    from: partyOf(from),
    to,
    ...(historyIndex === undefined ? {} : { historyIndex }),
    ...(issuedAt === undefined ? {} : { issuedAt }),
  };
  const { signer } = authority;
  const token = signer.sign(divert(outermost, { ...order, extension: 'div' })!);
  const nested = signer.sign(divert(outermost, { ...order, extension: 'div-o' })!);
  return {
    identity: identityOf(authority, token),
    passports: [nested, ...earlier.map((link) => link.token)],
  };
}

function identityOf({ signer }: SigningAuthority, token: string): string {
  return formatIdentity({ token, info: signer.certificateUrl, algorithm: 'ES256', ppt: 'div' });
}

function partyOf(number: TelephoneNumber): Party {
  return { kind: 'tn', number };
}
