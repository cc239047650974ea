// The first steps of an authentication service as values (RFC 8816 Section 8.1, steps 1, 2 and 4): is the signer
// authoritative for the caller, may this tenant's caller claim the number, and the PASSporT itself.

import type { PlacedCall } from '../call/index.ts';
import { type Authority, authorityOver, type Certificate, type NumberMap } from '../certificate/index.ts';
import { formatIdentity } from '../identity/index.ts';
import type { NumberCover } from '../number/index.ts';
import {
  type Attestation,
  isAtMost,
  type PassportSigner,
  type PassportStatement,
} from '../passport/index.ts';

/** What a tenant may sign. */
export interface SigningAuthority {
  readonly signer: PassportSigner;
  /** The signer's certificate. */
  readonly certificate: Certificate;
  /** Calling numbers the tenant may claim; left out, only those proven to be the certificate's. */
  readonly allowedNumbers?: NumberCover | 'any' | undefined;
  readonly highestAttestation: Attestation;
  readonly numberMap?: NumberMap | undefined;
  /** Resource-Priority values the tenant may claim (RFC 8443 Section 4); left out, none. */
  readonly allowedPriorities?: ReadonlySet<string> | undefined;
}

export interface SignedCall {
  readonly passport: string;
  /** Value of the Identity header field, full form, as what is left at a CPS (S-05). */
  readonly identity: string;
}

export type PlacementRefusal =
  | 'no-authority'
  | 'number-not-allowed'
  | 'attestation-too-high'
  | 'priority-not-allowed';

export type PlacementOutcome =
  | { readonly signed: true; readonly call: SignedCall }
  | { readonly signed: false; readonly reason: PlacementRefusal };

/**
 * Signs the call, or says why not: a service MUST NOT sign outside its authority (RFC 8816 Section 8.1, step 1).
 * @param id becomes the `jti` of a base PASSporT, fresh for every call
 */
export function signCall(authority: SigningAuthority, call: PlacedCall, id: string): PlacementOutcome {
  const reason = refusalFor(authority, call);
  if (reason !== undefined) return { signed: false, reason };
  const { signer } = authority;
  const passport = sign(signer, call, id);
  const info = signer.certificateUrl;
  const identity = formatIdentity({ token: passport, info, algorithm: 'ES256', ppt: pptOfCall(call) });
  return { signed: true, call: { passport, identity } };
}

function sign(signer: PassportSigner, call: PlacedCall, id: string): string {
  const { originator, destinations, placedAt: issuedAt, shaken } = call;
  if (call.priority !== undefined || call.destinationUris !== undefined)
    return signer.sign(statementOf(call, id));
  const content = { originator, destinations, issuedAt };
  return shaken === undefined ? signer.signBase(content, id) : signer.signShaken(content, shaken);
}

/** What the short ways of signing have no form for: priorities, and destinations that are no numbers. */
function statementOf(call: PlacedCall, id: string): PassportStatement {
  const { originator, destinations, destinationUris = [], placedAt: issuedAt, priority, shaken } = call;
  const parties = {
    originator: { kind: 'tn', number: originator } as const,
    destinations: { numbers: destinations, uris: destinationUris },
    issuedAt,
  };
  // Without `origid` nothing else tells two calls of one second apart.
  if (priority !== undefined) return { extension: 'rph', ...parties, priority, id };
  return shaken === undefined
    ? { extension: 'base', ...parties, id }
    : { extension: 'shaken', ...parties, shaken };
}

function pptOfCall({ priority, shaken }: PlacedCall): 'rph' | 'shaken' | undefined {
  if (priority !== undefined) return 'rph';
  return shaken === undefined ? undefined : 'shaken';
}

function refusalFor(authority: SigningAuthority, call: PlacedCall): PlacementRefusal | undefined {
  const { certificate, numberMap } = authority;
  const proof = authorityOver({
    certificate,
    number: call.originator,
    ppt: pptOfCall(call),
    spcOf: numberMap?.spcOf,
  });
  if (proof === undefined) return 'no-authority';
  if (!isAllowed(authority, call, proof)) return 'number-not-allowed';
  if (call.priority?.authorized.some((value) => authority.allowedPriorities?.has(value) !== true))
    return 'priority-not-allowed';
  const isTooHigh =
    call.shaken !== undefined && !isAtMost(call.shaken.attestation, authority.highestAttestation);
  return isTooHigh ? 'attestation-too-high' : undefined;
}

/** RFC 8816 Section 8.1, step 2: a matter of the relation between service and caller. */
function isAllowed({ allowedNumbers }: SigningAuthority, call: PlacedCall, proof: Authority): boolean {
  if (allowedNumbers === undefined) return proof === 'number';
  return allowedNumbers === 'any' || allowedNumbers.coversNumber(call.originator);
}
