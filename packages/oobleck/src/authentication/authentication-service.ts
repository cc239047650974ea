// Authentication service (RFC 8816 Section 8.1): IO around the steps of stir/placement. It signs a call, or carries the
// PASSporTs it came with, or sends it on to another number (G-04), and leaves sealed copies at the CPS before the call goes
// out. A deposit that fails never keeps the call from being placed.

import { encodeBase64url } from '@oobleck/stir/bytes';
import type { ArrivedCall, PlacedCall } from '@oobleck/stir/call';
import { DEFAULT_LIFETIME, LIFETIMES, type Lifetime } from '@oobleck/stir/mailbox';
import type { TelephoneNumber } from '@oobleck/stir/number';
import {
  type DiversionRefusal,
  type DiversionRequest,
  type PlacementRefusal,
  type SignedCall,
  signBareDiversion,
  signCall,
  signDiversion,
} from '@oobleck/stir/placement';
import { type Answers, type AtOnceOrLater, createAnswers } from '../call/index.ts';
import { type CallDeposits, createCallDeposits, type OutOfBand } from './call-deposits.ts';
import { envelopeOf, fittingPassports, readPassports } from './carry.ts';
import type { Leaving } from './clear-publication.ts';
import type { AuthenticationParts } from './parts.ts';

export interface AuthenticationOptions {
  /** How long the call waits for its first deposit, default 250. */
  readonly deadlineMs?: number;
  /** How long deposits may lie, default 30. */
  readonly lifetimeSeconds?: Lifetime;
  /** Tokens spent on one call at most, default 8. */
  readonly tokensPerCall?: number;
  /** Calls whose answers are remembered, default 65536. */
  readonly rememberedCalls?: number;
}

export type AuthenticationOutcome =
  | ({ readonly signed: true; readonly outOfBand: OutOfBand } & SignedCall)
  | { readonly signed: false; readonly reason: PlacementRefusal | 'unknown-tenant' };

export type CarriageOutcome =
  | { readonly carried: true; readonly outOfBand: OutOfBand; readonly passports: number }
  /** There was none that could be read. */
  | { readonly carried: false; readonly reason: 'no-passport' };

export type DiversionResult =
  | { readonly diverted: true; readonly outOfBand: OutOfBand; readonly identities: readonly string[] }
  | { readonly diverted: false; readonly reason: DiversionRefusal | 'unknown-tenant' };

/** Names a call to whoever left something for it. */
export type CallName = Pick<PlacedCall, 'tenant' | 'callId' | 'destinations'> & {
  readonly originator?: TelephoneNumber | undefined;
};

export interface SigningOrder {
  /** `false`: signed, and nothing is left at a CPS. */
  readonly deposits?: boolean;
  /** Names of peers that the trunk of the call shows its PASSporTs to in clear, beside those of the tenant. */
  readonly clearPeers?: readonly string[] | undefined;
  /** Carried: `stored` only where each copy is, for every key and every peer. Default false: where one is. */
  readonly isAllNeeded?: boolean;
}

export interface AuthenticationService {
  /**
   * Signs and deposits; answers at once where there is nothing to wait for. Never rejects for what the network does. The
   * same call again gets the same answer.
   */
  authenticate(call: PlacedCall, order?: SigningOrder): AtOnceOrLater<AuthenticationOutcome>;
  /**
   * Deposits the PASSporTs a call came with, to the number it goes to (RFC 8816 Section 8.3). The same call again gets
   * the same answer.
   * @param call as the gateway sees it: fills compact forms in
   */
  carry(call: ArrivedCall, identities: readonly string[], order?: SigningOrder): Promise<CarriageOutcome>;
  /**
   * Signs that a call is sent on, and deposits that to the new number (RFC 8816 Section 6.2). The same call again gets
   * the same answer.
   * @param call as it came to the number it is diverted from
   * @param identities none, where whoever asks keeps them: then only the `div` is signed, and nothing is deposited
   */
  divert(
    call: ArrivedCall,
    identities: readonly string[],
    request: DiversionRequest,
    order?: SigningOrder,
  ): Promise<DiversionResult>;
  /** Takes back what was left for a call, once it is answered or given up, neither at once nor at a telling moment. */
  retract(call: CallName): void;
  /** Waits for deposits still under way. */
  close(): Promise<void>;
}

const KEEP_MS = 60_000;
/** No deposit is kept for less: whoever is told that it lies there takes the PASSporTs off the call. */
const KEEP_CARRIED_MS = LIFETIMES[0] * 1000;

interface Context {
  readonly parts: AuthenticationParts;
  readonly deposits: CallDeposits;
}

export function createAuthenticationService(
  parts: AuthenticationParts,
  options: AuthenticationOptions = {},
): AuthenticationService {
  const remember = <T, A extends T | Promise<T> = Promise<T>>(keepMs = KEEP_MS): Answers<T, A> =>
    createAnswers<T, A>(parts.now, keepMs, options.rememberedCalls ?? 65_536);
  const [signed, carried, diverted] = [
    remember<AuthenticationOutcome, AtOnceOrLater<AuthenticationOutcome>>(),
    remember<CarriageOutcome>(KEEP_CARRIED_MS),
    remember<DiversionResult>(),
  ];
  const deposits = createCallDeposits(parts, {
    deadlineMs: options.deadlineMs ?? 250,
    lifetimeSeconds: options.lifetimeSeconds ?? DEFAULT_LIFETIME,
    tokensPerCall: options.tokensPerCall ?? 8,
  });
  const context: Context = { parts, deposits };
  return {
    authenticate(call, order) {
      const key = nameOf(parts, call);
      return signed.once(key + leftBy(order) + claimsOf(call), () => authenticate(context, key, call, order));
    },
    carry(call, identities, order) {
      const key = nameOf(parts, arrivedName(call));
      const asked = [identities, order?.isAllNeeded, order?.clearPeers, leftBy(order)];
      return carried.once(answerName(parts, key, asked), () => carry(context, key, call, identities, order));
    },
    divert(call, identities, request, order) {
      const key = nameOf(parts, { ...arrivedName(call), destinations: numbersOf(request) });
      const diversion = [request.from, request.to, identities, leftBy(order)];
      return diverted.once(answerName(parts, key, diversion), () =>
        divert(context, key, call, identities, request, order),
      );
    },
    retract: (call) => deposits.retract(nameOf(parts, call)),
    close: deposits.close,
  };
}

/** Part of what an answer is to: one after which nothing lies at a CPS is none for a call that is to be left there. */
function leftBy(order: SigningOrder | undefined): string {
  return order?.deposits === false ? 'nothing ' : '';
}

/** What is signed beside who calls which numbers. Names are digests: what follows one tells it apart. */
function claimsOf({ shaken, priority, destinationUris }: PlacedCall): string {
  const attestation = shaken?.attestation ?? '';
  if (priority === undefined && destinationUris === undefined) return attestation;
  return `${attestation} ${JSON.stringify([priority?.authorized, destinationUris])}`;
}

/** The answer is to what was asked of the call; what is left for it goes by the name of the call. */
function answerName({ crypto }: AuthenticationParts, key: string, asked: readonly unknown[]): string {
  return crypto.sha256Name(JSON.stringify([key, asked]));
}

function authenticate(
  { parts, deposits }: Context,
  key: string,
  call: PlacedCall,
  order: SigningOrder = {},
): AtOnceOrLater<AuthenticationOutcome> {
  const tenant = parts.tenants.tenant(call.tenant);
  if (tenant === undefined) return { signed: false, reason: 'unknown-tenant' };
  const outcome = signCall(tenant, call, freshId(parts, call));
  if (!outcome.signed) return outcome;
  const envelope = { passports: [outcome.call.passport], chain: tenant.chain };
  const outOfBand =
    order.deposits === false
      ? 'none'
      : deposits.leave(key, call.destinations, envelope, leavingFor(call, order));
  const { passport, identity } = outcome.call;
  return outOfBand instanceof Promise
    ? outOfBand.then((known) => ({ signed: true, passport, identity, outOfBand: known }))
    : { signed: true, passport, identity, outOfBand };
}

/** A `shaken` PASSporT has its `origid`, and no `jti`. */
function freshId({ crypto }: AuthenticationParts, { shaken, priority }: PlacedCall): string {
  return shaken !== undefined && priority === undefined ? '' : encodeBase64url(crypto.randomBytes(16));
}

async function carry(
  { parts, deposits }: Context,
  key: string,
  call: ArrivedCall,
  identities: readonly string[],
  order: SigningOrder = {},
): Promise<CarriageOutcome> {
  const passports = fittingPassports(readPassports(call, identities));
  if (passports.length === 0) return { carried: false, reason: 'no-passport' };
  const envelope = envelopeOf(passports, parts.chains);
  const outOfBand =
    order.deposits === false
      ? 'none'
      : await deposits.leave(key, call.called, envelope, leavingFor(call, order));
  return { carried: true, outOfBand, passports: passports.length };
}

async function divert(
  { parts, deposits }: Context,
  key: string,
  call: ArrivedCall,
  identities: readonly string[],
  request: DiversionRequest,
  order: SigningOrder = {},
): Promise<DiversionResult> {
  const tenant = parts.tenants.tenant(call.tenant);
  if (tenant === undefined) return { diverted: false, reason: 'unknown-tenant' };
  const now = parts.now() / 1000;
  const outcome =
    identities.length === 0
      ? signBareDiversion(tenant, request, now)
      : signDiversion(tenant, readPassports(call, identities), request, now);
  if (!outcome.diverted) return outcome;
  const { identities: added, passports } = outcome.call;
  const envelope = { passports, chain: tenant.chain };
  const isLeft = order.deposits !== false && passports.length > 0 && request.to.kind === 'tn';
  const outOfBand = isLeft
    ? await deposits.leave(key, numbersOf(request), envelope, leavingFor(call, order))
    : 'none';
  return { diverted: true, outOfBand, identities: added };
}

function leavingFor(
  { tenant }: { readonly tenant: string },
  { clearPeers, isAllNeeded }: SigningOrder,
): Leaving {
  return { tenant, peers: clearPeers, isAllNeeded };
}

function numbersOf({ to }: DiversionRequest): readonly TelephoneNumber[] {
  return to.kind === 'tn' ? [to.number] : [];
}

function arrivedName({ tenant, callId, caller, called }: ArrivedCall): CallName {
  return { tenant, callId, originator: caller, destinations: called };
}

function nameOf(
  { crypto }: AuthenticationParts,
  { tenant, callId, originator, destinations }: CallName,
): string {
  const called = destinations.length > 1 ? [...destinations].sort() : destinations;
  const name = [tenant, callId, originator ?? '', called];
  return crypto.sha256Name(JSON.stringify(name));
}
