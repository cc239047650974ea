// `POST /stir/v1/signing`: a switch asks for the Identity header of a call it is about to place, or is about to send on.
// The body is that of ATIS-1000082, inside `signingRequest`, or that of 3GPP TS 24.229 Annex V, bare. The call's PASSporT
// is left out of band on the way.

import type { JsonObject } from '@oobleck/stir/json';
import { isAttestation, isOriginationId } from '@oobleck/stir/passport';
import type { OfferedCall, PlacedAnswer, PlacedReason, Trunk } from '../trunk/index.ts';
import { type Asker, trunkOf } from './asker.ts';
import { AtisRefusal } from './atis-error.ts';
import { readIdentityList } from './identity-list.ts';
import { readPriority } from './priority.ts';
import {
  optionalText,
  readCallId,
  required,
  requireObject,
  requireParties,
  requireParty,
  requireTime,
} from './request-reader.ts';

export interface SigningQuestion {
  readonly offer: OfferedCall;
  readonly format: (answer: PlacedAnswer) => JsonObject;
}

/** How far the switch's clock may be from ours: a PASSporT outside freshness is worth nothing (RFC 8224 Section 4.1). */
const MAXIMUM_SKEW_SECONDS = 60;
const TYPES = ['shaken', 'div', 'rph'] as const;

/** @throws AtisRefusal */
export function readSigning(body: JsonObject, asker: Asker): SigningQuestion {
  if (body.signingRequest !== undefined) {
    const request = requireObject(body, 'signingRequest');
    const format = (answer: PlacedAnswer): JsonObject => {
      const [identity, ...others] = identitiesIn(answer);
      // Beyond the document: PASSporTs for different destinations are diverted each by its own (RFC 8946 Section 4.1).
      return {
        signingResponse: others.length === 0 ? { identity } : { identity, identities: [identity, ...others] },
      };
    };
    return { offer: readOffer(request, asker), format };
  }
  if (body.orig === undefined && body.dest === undefined) throw new AtisRefusal('SVC4001', 'signingRequest');
  const requestId = optionalText(body, 'requestId', 128);
  return {
    offer: readOffer(body, asker),
    format: (answer) => {
      const [identity, ...others] = identitiesIn(answer);
      return {
        identityHeader: identity,
        ...(others.length === 0 ? {} : { identityHeaders: [identity, ...others] }),
        ...(requestId === undefined ? {} : { requestId }),
      };
    },
  };
}

function readOffer(request: JsonObject, asker: Asker): OfferedCall {
  const type = typeOf(request);
  const trunk = trunkOf(request, asker, 'outgoing');
  requireServed(trunk, type);
  optionalText(request, 'profileId', 128);
  if (type === 'shaken') return { ...readParties(request, asker, trunk), ...readShaken(request) };
  const offer = readParties(request, asker, trunk);
  if (type === 'rph') return { ...offer, priority: readPriority(request) };
  const { hi } = requireObject(request, 'div');
  return {
    ...offer,
    divertedFrom: requireParty(request, 'div', trunk.numbers),
    identities: readIdentityList(request),
    ...(hi === undefined || hi === null ? {} : { historyIndex: requireIndex(hi) }),
  };
}

/**
 * An answer has room for Identity alone, and no request but one for a diversion brings PASSporTs: what a trunk is to seal or to
 * carry goes over SIP. Refused before anything is signed, since what was signed in vain would be shown to nobody.
 */
function requireServed({ encryptIdentity, outgoing }: Trunk, type: (typeof TYPES)[number]): void {
  if (encryptIdentity || (outgoing === 'carry' && type !== 'div')) throw new AtisRefusal('SVC4005', 'trunk');
}

function readShaken(request: JsonObject): Pick<OfferedCall, 'attestation' | 'originationId'> {
  const attestation = required(request, 'attest');
  if (!isAttestation(attestation)) throw new AtisRefusal('SVC4005', 'attest');
  const originationId = required(request, 'origid');
  if (!isOriginationId(originationId)) throw new AtisRefusal('SVC4005', 'origid');
  return { attestation, originationId };
}

function readParties(request: JsonObject, asker: Asker, trunk: Trunk): OfferedCall {
  const [called, ...alsoCalled] = requireParties(request, 'dest', trunk.numbers);
  const sentAt = requireTime(request, 'iat');
  if (Math.abs(sentAt - asker.now) > MAXIMUM_SKEW_SECONDS) throw new AtisRefusal('SVC4005', 'iat');
  const caller = requireParty(request, 'orig', trunk.numbers);
  return {
    trunk,
    callId: readCallId(request, asker.requestId),
    caller,
    called: called!,
    alsoCalled,
    sentAt,
  };
}

function typeOf({ ppt, div, rph }: JsonObject): (typeof TYPES)[number] {
  if (ppt === undefined || ppt === null) {
    if (div !== undefined && div !== null) return 'div';
    return rph !== undefined && rph !== null ? 'rph' : 'shaken';
  }
  const type = TYPES.find((one) => one === ppt);
  if (type === undefined) throw new AtisRefusal('SVC4005', 'ppt');
  return type;
}

function requireIndex(hi: unknown): string {
  if (typeof hi === 'string' && /^[0-9]{1,4}(\.[0-9]{1,4}){0,15}$/.test(hi)) return hi;
  throw new AtisRefusal('SVC4005', 'div');
}

/** Which member is at fault where a call is not signed; the others are ours, or the trunk's. */
const AT_FAULT: Partial<Record<PlacedReason, string>> = {
  'no-authority': 'orig',
  'number-not-allowed': 'orig',
  'attestation-too-high': 'attest',
  'priority-not-allowed': 'rph',
  'malformed-call': 'orig',
  'no-passport': 'identityHeaders',
  'same-number': 'div',
  stale: 'identityHeaders',
  'too-many-diversions': 'identityHeaders',
  exempt: 'dest',
  off: 'trunk',
  direction: 'trunk',
  monitor: 'trunk',
};

/** @throws AtisRefusal where the call is not signed: it goes on without */
function identitiesIn({ identities, reason }: PlacedAnswer): readonly [string, ...string[]] {
  const [identity, ...others] = identities;
  if (identity !== undefined) return [identity, ...others];
  const member = AT_FAULT[reason];
  throw member === undefined ? new AtisRefusal('POL5000') : new AtisRefusal('SVC4005', member);
}
