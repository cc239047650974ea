// A call that goes out: signed, or sent on with a diversion, or its own PASSporTs carried (RFC 8816 Sections 8.1 and 8.3,
// RFC 8946 Section 4.1), as its trunk says.

import type { ArrivedCall } from '@oobleck/stir/call';
import { splitIdentities } from '@oobleck/stir/identity';
import type { Party } from '@oobleck/stir/passport';
import type {
  AuthenticationOutcome,
  AuthenticationService,
  OutOfBand,
  SigningOrder,
} from '../../authentication/index.ts';
import { arrivedCall, placedCall } from './call-facts.ts';
import type { IdentityCipher } from './identity-cipher.ts';
import type { OfferedCall } from './offered-call.ts';
import type { PlacedAnswer, PlacedReason } from './placed-answer.ts';

export interface PlaceParts {
  readonly authentication: AuthenticationService;
  readonly cipher: IdentityCipher | undefined;
  /** Seconds since 1970. */
  readonly now: number;
  /** A fresh `origid`. */
  readonly originationId: () => string;
  readonly order: SigningOrder;
}

export type Placement = Omit<PlacedAnswer, 'traceId'>;

/** @throws StirError for a call that is none */
export function placeCall(parts: PlaceParts, offer: OfferedCall): Placement | Promise<Placement> {
  const { identities = [], divertedFrom, trunk } = offer;
  if (divertedFrom !== undefined) return divert(parts, offer, divertedFrom);
  if (trunk.outgoing === 'carry' || (trunk.outgoing === 'sign-or-carry' && identities.length > 0))
    return carry(parts, offer, identities);
  // Somebody has signed it already, who knew the caller (RFC 8224 Section 6.1); a second opinion would be ours.
  if (identities.length > 0) return unchanged('already-signed');
  return sign(parts, offer);
}

export function unchanged(reason: PlacedReason, outOfBand: OutOfBand = 'none'): Placement {
  const nothing = { identities: [], identityEncrypted: [], removeIdentities: false };
  return { action: 'unchanged', ...nothing, outOfBand, reason };
}

function sign(parts: PlaceParts, offer: OfferedCall): Placement | Promise<Placement> {
  const call = placedCall(offer, parts.now, parts.originationId);
  const placement = (outcome: AuthenticationOutcome): Placement =>
    outcome.signed
      ? inBand(parts, offer, call.destinations, [outcome.identity], outcome.outOfBand, 'signed')
      : unchanged(outcome.reason);
  const outcome = parts.authentication.authenticate(call, parts.order);
  return outcome instanceof Promise ? outcome.then(placement) : placement(outcome);
}

async function carry(
  parts: PlaceParts,
  offer: OfferedCall,
  identities: readonly string[],
): Promise<Placement> {
  const call = arrivedCall(offer, parts.now);
  const carried = { ...call, called: call.called.slice(0, 1) };
  const order = { ...parts.order, isAllNeeded: offer.trunk.removesIdentity };
  const outcome = await parts.authentication.carry(carried, identities, order);
  if (!outcome.carried) return unchanged(outcome.reason);
  const { outOfBand } = outcome;
  // Until they are stored, each of them, or sealed in band, the call would lose what it brought.
  const isWhole =
    outOfBand === 'stored' && outcome.passports === new Set(identities.flatMap(splitIdentities)).size;
  const isStored = offer.trunk.removesIdentity && isWhole;
  if (!offer.trunk.encryptIdentity)
    return { ...unchanged('carried', outOfBand), action: 'continue', removeIdentities: isStored };
  const sealed = inBand(parts, offer, carried.called, identities, outOfBand, 'carried');
  return { ...sealed, removeIdentities: isStored || sealed.identityEncrypted.length > 0 };
}

async function divert(parts: PlaceParts, offer: OfferedCall, divertedFrom: string): Promise<Placement> {
  const { numbers } = offer.trunk;
  const from = numbers.canonical(divertedFrom);
  const arrived = arrivedCall({ ...offer, alsoCalled: [] }, parts.now);
  const to = partyOf(arrived);
  const call = { ...arrived, called: [from] };
  const request = {
    from,
    to,
    caller: call.caller,
    historyIndex: offer.historyIndex,
    issuedAt: (offer.identities ?? []).length === 0 ? (offer.sentAt ?? parts.now) : undefined,
  };
  const outcome = await parts.authentication.divert(call, offer.identities ?? [], request, parts.order);
  if (!outcome.diverted) return unchanged(outcome.reason);
  return inBand(
    parts,
    offer,
    to.kind === 'tn' ? [to.number] : [],
    outcome.identities,
    outcome.outOfBand,
    'diverted',
  );
}

function partyOf({ called: [number], calledUris }: ArrivedCall): Party {
  return number === undefined ? { kind: 'uri', uri: calledUris![0]! } : { kind: 'tn', number };
}

function inBand(
  { cipher }: PlaceParts,
  { trunk }: OfferedCall,
  called: Parameters<IdentityCipher['seal']>[0],
  identities: readonly string[],
  outOfBand: OutOfBand,
  reason: PlacedReason,
): Placement {
  const isSealed = trunk.encryptIdentity;
  return {
    action: 'continue',
    identities: isSealed ? [] : identities,
    identityEncrypted: isSealed ? (cipher?.seal(called, identities) ?? []) : [],
    removeIdentities: false,
    outOfBand,
    reason,
  };
}
