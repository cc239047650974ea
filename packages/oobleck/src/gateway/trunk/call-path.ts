// The one way on which every switch-facing interface asks about a call. The trunk decides what is done, a deadline how
// long it may take, a breaker whether it is waited for at all. One call gets one answer however often it is offered, and
// whatever goes wrong the call goes on.

import { hash } from 'node:crypto';
import { StirError } from '@oobleck/stir';
import { LIFETIMES } from '@oobleck/stir/mailbox';
import type { AuthenticationService } from '../../authentication/index.ts';
import { type AtOnceOrLater, type Breaker, createAnswers, createBreaker } from '../../call/index.ts';
import type { VerificationService } from '../../verification/index.ts';
import { createBoundedWait } from './bounded-wait.ts';
import { placedCall } from './call-facts.ts';
import { type CallTraces, createCallTraces, type OpenTrace } from './call-trace.ts';
import { isExemptCall } from './exempt-call.ts';
import type { IdentityCipher } from './identity-cipher.ts';
import type { OfferedCall } from './offered-call.ts';
import { type Placement, placeCall, unchanged } from './place-call.ts';
import type { PlacedAnswer } from './placed-answer.ts';
import { createRandomIds } from './random-id.ts';
import { notReceived, type Reception, receiveCall } from './receive-call.ts';
import type { ReceivedAnswer } from './received-answer.ts';
import { createSkewWatch } from './skew-watch.ts';
import type { Skipped } from './skipped.ts';
import type { Trunk } from './trunk.ts';

export interface CallPathParts {
  readonly authentication?: AuthenticationService | undefined;
  readonly verification?: VerificationService | undefined;
  /** For trunks that encrypt; without it their PASSporTs do not travel in band. */
  readonly cipher?: IdentityCipher | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Milliseconds of a clock that does not go back. */
  readonly elapsed: () => number;
  /** Runs an action once, later; what it gives back calls that off. */
  readonly schedule: (action: () => void, delayMs: number) => () => void;
  readonly onEvent?: (event: CallPathEvent) => void;
}

export type CallPathEvent =
  | {
      readonly event: 'call-placed' | 'call-received';
      readonly trunk: string;
      readonly mode: Trunk['mode'];
      readonly reason: string;
      /** What the switch is told to do, or would have been where the trunk monitors. */
      readonly action: (PlacedAnswer | ReceivedAnswer)['action'];
      readonly elapsedMs: number;
    }
  /** So many calls of the trunk ran into their deadline that no more are kept waiting. */
  | {
      readonly event: 'trunk-suspended';
      readonly trunk: string;
      readonly direction: 'outgoing' | 'incoming';
    }
  | { readonly event: 'clock-skew'; readonly seconds: number; readonly count: number }
  | { readonly event: 'call-path-failed'; readonly error: unknown };

export interface CallPath {
  /** A call that goes out. At once where there is nothing to wait for. Never rejects or throws. */
  place(offer: OfferedCall): AtOnceOrLater<PlacedAnswer>;
  /** A call that arrives. At once where there is nothing to wait for. Never rejects or throws. */
  receive(offer: OfferedCall): AtOnceOrLater<ReceivedAnswer>;
  /** Takes back what was left for a placed call, once it is answered or given up. */
  retract(offer: OfferedCall): void;
  /** Whether no call of the trunk is kept waiting now. */
  isSuspended(trunk: Trunk, direction: 'outgoing' | 'incoming'): boolean;
  /** What happened to a call. */
  readonly traces: Pick<CallTraces, 'find'>;
  /** The time that some PASSporT states, less ours, in seconds: of those that no answer shows. */
  observeClock(seconds: number): void;
}

const KEEP_PLACED_MS = 60_000;
/** Of calls whose Identity is taken off: no deposit is kept for less. */
const KEEP_REMOVED_MS = LIFETIMES[0] * 1000;
const KEEP_RECEIVED_MS = 120_000;
const REMEMBERED_CALLS = 65_536;

interface Context {
  readonly parts: CallPathParts;
  readonly breakerOf: (trunk: Trunk, direction: 'outgoing' | 'incoming') => Breaker;
  readonly wait: ReturnType<typeof createBoundedWait>;
  readonly traces: CallTraces;
  readonly randomId: () => string;
  readonly observeClock: (seconds: number) => void;
}

export function createCallPath(parts: CallPathParts): CallPath {
  const { now, elapsed, schedule, onEvent } = parts;
  const placed = createAnswers<PlacedAnswer, AtOnceOrLater<PlacedAnswer>>(
    now,
    KEEP_PLACED_MS,
    REMEMBERED_CALLS,
  );
  const removed = createAnswers<PlacedAnswer, AtOnceOrLater<PlacedAnswer>>(
    now,
    KEEP_REMOVED_MS,
    REMEMBERED_CALLS,
  );
  const received = createAnswers<ReceivedAnswer, AtOnceOrLater<ReceivedAnswer>>(
    now,
    KEEP_RECEIVED_MS,
    REMEMBERED_CALLS,
  );
  const context: Context = {
    parts,
    breakerOf: createBreakers(elapsed, (trunk, direction) =>
      onEvent?.({ event: 'trunk-suspended', trunk: trunk.name, direction }),
    ),
    wait: createBoundedWait(schedule, (error) => onEvent?.({ event: 'call-path-failed', error })),
    traces: createCallTraces(now, elapsed),
    randomId: createRandomIds(),
    observeClock: createSkewWatch(now, (skew) => onEvent?.({ event: 'clock-skew', ...skew })).observe,
  };
  return {
    place(offer) {
      const answers = offer.trunk.removesIdentity ? removed : placed;
      return answers.once(keyOf(offer), () => place(context, offer));
    },
    receive: (offer) => received.once(keyOf(offer), () => receive(context, offer)),
    retract: (offer) => retract(context, offer),
    isSuspended: (trunk, direction) => context.breakerOf(trunk, direction).isOpen(),
    traces: context.traces,
    observeClock: context.observeClock,
  };
}

function place(context: Context, offer: OfferedCall): AtOnceOrLater<PlacedAnswer> {
  const { parts } = context;
  const { authentication, cipher } = parts;
  const trace = begin(context, offer, 'outgoing');
  const skipped = skipOf(offer, 'outgoing', authentication !== undefined);
  if (skipped !== undefined || authentication === undefined)
    return conclude(context, offer, trace, 'call-placed', unchanged(skipped ?? 'no-service'));
  const now = Math.floor(parts.now() / 1000);
  const isMonitored = offer.trunk.mode === 'monitor';
  const order = { deposits: !isMonitored, clearPeers: offer.trunk.clearPeers };
  const decide = (): Placement | Promise<Placement> =>
    orMalformed(
      () => placeCall({ authentication, cipher, now, originationId: context.randomId, order }, offer),
      () => unchanged('malformed-call'),
    );
  return decided(context, offer, trace, 'outgoing', decide, unchanged);
}

function receive(context: Context, offer: OfferedCall): AtOnceOrLater<ReceivedAnswer> {
  const { parts } = context;
  const { verification, cipher } = parts;
  const trace = begin(context, offer, 'incoming');
  const skipped = skipOf(offer, 'incoming', verification !== undefined);
  if (skipped !== undefined || verification === undefined)
    return conclude(context, offer, trace, 'call-received', notReceived(skipped ?? 'no-service'));
  const now = Math.floor(parts.now() / 1000);
  if (offer.sentAt !== undefined) context.observeClock(offer.sentAt - now);
  const watched = (reception: Reception): Reception => {
    const { passport } = reception.verdict;
    if (passport !== undefined) context.observeClock(passport.issuedAt - now);
    return reception;
  };
  const decide = (): AtOnceOrLater<Reception> => {
    const reception = orMalformed(
      () => receiveCall({ verification, cipher, now }, offer),
      () => notReceived('malformed-call'),
    );
    return reception instanceof Promise ? reception.then(watched) : watched(reception);
  };
  return decided(context, offer, trace, 'incoming', decide, notReceived);
}

type Concluded<T> = T & { readonly traceId: string };

/** Decides within the deadline. Where the trunk only monitors, the call is on its way already. */
function decided<T extends Placement | Reception>(
  context: Context,
  offer: OfferedCall,
  trace: OpenTrace,
  direction: 'outgoing' | 'incoming',
  decide: () => T | Promise<T>,
  instead: (why: Skipped) => T,
): Concluded<T> | Promise<Concluded<T>> {
  const { trunk } = offer;
  const event = direction === 'outgoing' ? 'call-placed' : 'call-received';
  trace.step('asked', trunk.mode);
  const breaker = context.breakerOf(trunk, direction);
  const outcome = context.wait.run(breaker, trunk.deadlineMs, decide, instead);
  const concluded = (one: T): Concluded<T> => conclude(context, offer, trace, event, one);
  const answer = outcome instanceof Promise ? outcome.then(concluded) : concluded(outcome);
  if (trunk.mode === 'act') return answer;
  return { ...instead('monitor'), traceId: trace.traceId };
}

function conclude<T extends Placement | Reception>(
  { parts }: Context,
  { trunk }: OfferedCall,
  trace: OpenTrace,
  event: 'call-placed' | 'call-received',
  outcome: T,
): T & { readonly traceId: string } {
  const { reason, action } = outcome;
  trace.step('decided', reason);
  if ('outOfBand' in outcome) trace.step('decided', LEFT[outcome.outOfBand]);
  const elapsedMs = trace.step('answered', trunk.mode === 'act' ? action : 'unchanged');
  parts.onEvent?.({ event, trunk: trunk.name, mode: trunk.mode, reason, action, elapsedMs });
  return { ...outcome, traceId: trace.traceId };
}

const LEFT = {
  stored: 'out-of-band-stored',
  'no-key': 'out-of-band-no-key',
  'no-token': 'out-of-band-no-token',
  failed: 'out-of-band-failed',
  deadline: 'out-of-band-deadline',
  none: 'out-of-band-none',
} as const;

function begin(
  { traces }: Context,
  { trunk, callId }: OfferedCall,
  direction: 'outgoing' | 'incoming',
): OpenTrace {
  return traces.begin(trunk.tenant, callId, trunk.name, direction);
}

function skipOf(
  offer: OfferedCall,
  direction: 'outgoing' | 'incoming',
  isServed: boolean,
): Skipped | undefined {
  const { trunk } = offer;
  if (!trunk.isOn) return 'off';
  if (trunk.direction !== 'both' && trunk.direction !== direction) return 'direction';
  if (isExemptCall(offer)) return 'exempt';
  return isServed ? undefined : 'no-service';
}

function retract({ parts, randomId }: Context, offer: OfferedCall): void {
  try {
    const { tenant, callId, originator, destinations } = placedCall(offer, 0, randomId);
    parts.authentication?.retract({ tenant, callId, originator, destinations });
  } catch (error) {
    if (!(error instanceof StirError)) throw error;
  }
}

function orMalformed<T>(decide: () => T | Promise<T>, otherwise: () => T): T | Promise<T> {
  const refused = (error: unknown): T => {
    if (error instanceof StirError) return otherwise();
    throw error;
  };
  try {
    const decided = decide();
    return decided instanceof Promise ? decided.catch(refused) : decided;
  } catch (error) {
    return refused(error);
  }
}

function createBreakers(
  elapsed: () => number,
  onOpen: (trunk: Trunk, direction: 'outgoing' | 'incoming') => void,
): Context['breakerOf'] {
  const breakers = new WeakMap<Trunk, { readonly outgoing: Breaker; readonly incoming: Breaker }>();
  return (trunk, direction) => {
    let both = breakers.get(trunk);
    if (both === undefined) {
      both = {
        outgoing: createBreaker(elapsed, { onOpen: () => onOpen(trunk, 'outgoing') }),
        incoming: createBreaker(elapsed, { onOpen: () => onOpen(trunk, 'incoming') }),
      };
      breakers.set(trunk, both);
    }
    return both[direction];
  };
}

/**
 * What an answer is the answer to: who calls whom, and all that is judged of it. The same `INVITE` again, by whatever way and
 * at whatever time, is one; with other fingerprints or another Identity it is looked at anew. A hash: no numbers are kept.
 */
function keyOf(offer: OfferedCall): string {
  const { trunk, callId, caller, assertedIdentities, called, alsoCalled, divertedFrom, priority } = offer;
  const parties = [caller, assertedIdentities, called, alsoCalled, divertedFrom, offer.formerlyCalled];
  const claims = [priority?.authorized, offer.attestation, offer.displayName];
  const emergency = [offer.addressedTo, offer.isEmergencyMarked];
  const evidence = [offer.identities, offer.identityEncrypted, offer.mediaKeys];
  const name = [trunk.tenant, trunk.name, callId, parties, claims, emergency, evidence, offer.isInBandOnly];
  return hash('sha256', JSON.stringify(name), 'base64url');
}
