// Authentication service (RFC 8816 Section 8.1): IO around the steps of stir/placement. It signs a call, seals a copy
// of the PASSporT to each key of the called number, and leaves the copies at the CPS before the call goes out. A
// deposit that fails never keeps the call from being placed.

import { encodeBase64url, encodeUtf8 } from '@oobleck/stir/bytes';
import type { PlacedCall } from '@oobleck/stir/call';
import type { AcceptedCredential } from '@oobleck/stir/credential';
import { DEFAULT_LIFETIME, type Lifetime } from '@oobleck/stir/mailbox';
import { isDiallable } from '@oobleck/stir/number';
import {
  type Deposit,
  type PlacementRefusal,
  type SignedCall,
  sealDeposits,
  signCall,
} from '@oobleck/stir/placement';
import { createPassportSealer, type PassportSealer } from '@oobleck/stir/seal';
import { createAnswers } from '../call/index.ts';
import type { AuthenticationParts, Tenant } from './parts.ts';
import {
  type AbsentMailboxes,
  createAbsentMailboxes,
  type DepositResult,
  placeDeposit,
} from './place-deposit.ts';

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

/** What became of the out-of-band half when the call went on its way. */
export type OutOfBand =
  /** A copy lies at a CPS. */
  | 'stored'
  /** No key of the called number is known. */
  | 'no-key'
  | 'no-token'
  /** Every CPS refused or could not be reached. */
  | 'failed'
  /** None had answered by the deadline; the attempt goes on. */
  | 'deadline';

export interface AuthenticationService {
  /** Signs and deposits. Never rejects for what the network does. The same call again gets the same answer. */
  authenticate(call: PlacedCall): Promise<AuthenticationOutcome>;
  /** Takes back what was left for a call, once it is answered or given up, neither at once nor at a telling moment. */
  retract(call: PlacedCall): void;
  /** Waits for deposits still under way. */
  close(): Promise<void>;
}

interface Context {
  readonly parts: AuthenticationParts;
  readonly sealer: PassportSealer;
  readonly deadlineMs: number;
  readonly lifetimeSeconds: Lifetime;
  readonly tokensPerCall: number;
  readonly absent: AbsentMailboxes;
  /** Deposits under way or done, by call, as long as they may be taken back. */
  readonly placed: Map<string, readonly Promise<DepositResult>[]>;
}

const KEEP_MS = 60_000;
const RETRACT_AFTER_MS = 5_000;
const RETRACT_SPREAD_MS = 3_000;

export function createAuthenticationService(
  parts: AuthenticationParts,
  options: AuthenticationOptions = {},
): AuthenticationService {
  const { crypto, now } = parts;
  const answers = createAnswers<AuthenticationOutcome>(now, KEEP_MS, options.rememberedCalls ?? 65_536);
  const context: Context = {
    parts,
    sealer: createPassportSealer(crypto),
    deadlineMs: options.deadlineMs ?? 250,
    lifetimeSeconds: options.lifetimeSeconds ?? DEFAULT_LIFETIME,
    tokensPerCall: options.tokensPerCall ?? 8,
    absent: createAbsentMailboxes(now),
    placed: new Map(),
  };
  const keyOf = (call: PlacedCall): string => placedCallKey(parts, call);
  return {
    authenticate: (call) => answers.once(keyOf(call), () => authenticate(context, keyOf(call), call)),
    retract(call) {
      const deposits = context.placed.get(keyOf(call)) ?? [];
      context.placed.delete(keyOf(call));
      for (const deposit of deposits) {
        const delayMs = RETRACT_AFTER_MS + (crypto.randomBytes(1)[0]! / 256) * RETRACT_SPREAD_MS;
        parts.schedule(() => void takeBack(context, deposit), delayMs);
      }
    },
    async close() {
      await Promise.all([...context.placed.values()].flat());
    },
  };
}

async function authenticate(context: Context, key: string, call: PlacedCall): Promise<AuthenticationOutcome> {
  const { parts } = context;
  const tenant = parts.tenants.tenant(call.tenant);
  if (tenant === undefined) return { signed: false, reason: 'unknown-tenant' };
  const outcome = signCall(tenant, call, encodeBase64url(parts.crypto.randomBytes(16)));
  if (!outcome.signed) return outcome;
  return {
    signed: true,
    ...outcome.call,
    outOfBand: await depositCopies(context, key, call, tenant, outcome.call),
  };
}

/** One deposit for each key of each called number, each a request of its own; waits for the first that is stored. */
async function depositCopies(
  context: Context,
  key: string,
  call: PlacedCall,
  tenant: Tenant,
  { passport }: SignedCall,
): Promise<OutOfBand> {
  const deposits = sealCopies(context, call, { passports: [passport], chain: tenant.chain });
  if (deposits.length === 0) return 'no-key';
  // Narrowest authority first: where the tokens of a call run out, the widest keys go without.
  const budget = { left: context.tokensPerCall };
  const results = deposits.map((deposit) =>
    placeDeposit({ ...context.parts, absent: context.absent }, deposit, budget, context.deadlineMs),
  );
  remember(context, key, results);
  return firstStored(results, context);
}

function sealCopies(
  { parts, sealer, lifetimeSeconds }: Context,
  call: PlacedCall,
  envelope: { readonly passports: readonly string[]; readonly chain: readonly Uint8Array[] },
): readonly Deposit[] {
  return call.destinations.filter(isDiallable).flatMap((called) => {
    const keys: readonly AcceptedCredential[] = parts.keys.keysFor(called);
    return sealDeposits({ crypto: parts.crypto, sealer }, { envelope, called, keys, lifetimeSeconds });
  });
}

/** Only after the first 201, or the deadline, does the call go out (RFC 8816 Section 8.1). */
async function firstStored(results: readonly Promise<DepositResult>[], { parts, deadlineMs }: Context) {
  const deadline = new Promise<OutOfBand>((resolve) => parts.schedule(() => resolve('deadline'), deadlineMs));
  const stored = Promise.any(
    results.map(async (result) => {
      if ((await result).outcome !== 'stored') throw new Error('not stored');
      return 'stored' as const;
    }),
  );
  const summary = async (): Promise<OutOfBand> => {
    const outcomes = (await Promise.all(results)).map(({ outcome }) => outcome);
    return outcomes.every((outcome) => outcome === 'no-token') ? 'no-token' : 'failed';
  };
  return Promise.race([deadline, stored.catch(summary)]);
}

function remember({ placed, parts }: Context, key: string, results: readonly Promise<DepositResult>[]): void {
  placed.set(key, results);
  parts.schedule(() => placed.delete(key), KEEP_MS);
}

async function takeBack({ parts, deadlineMs }: Context, deposit: Promise<DepositResult>): Promise<void> {
  const { places, retractSecret } = await deposit;
  const retract = (cps: string) => parts.sender.retract(cps, [retractSecret], deadlineMs);
  await Promise.allSettled(places.map(retract));
}

function placedCallKey({ crypto }: AuthenticationParts, call: PlacedCall): string {
  const name = [call.tenant, call.callId, call.originator, [...call.destinations].sort()];
  return encodeBase64url(crypto.sha256(encodeUtf8(JSON.stringify(name))));
}
