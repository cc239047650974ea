// Cover traffic (RFC 8816 Section 7.4, S-12): deposits for calls that nobody makes, at random moments, so that whoever watches a
// CPS cannot count the calls of this side. An empty envelope, really sealed, to a number drawn by lot among those with
// keys, sent by the very way of a call, and taken back as calls are. It costs tokens; a reserve is left for calls.

import type { AcceptedCredential } from '@oobleck/stir/credential';
import type { Crypto } from '@oobleck/stir/crypto';
import type { Lifetime } from '@oobleck/stir/mailbox';
import { isDiallable, type TelephoneNumber, type TnEntry } from '@oobleck/stir/number';
import { type Deposit, sealCover } from '@oobleck/stir/placement';
import { createPassportSealer } from '@oobleck/stir/seal';
import type { AuthenticationParts } from './parts.ts';
import { createAbsentMailboxes, type DepositResult, placeDeposit } from './place-deposit.ts';

export interface CoverParts
  extends Pick<AuthenticationParts, 'crypto' | 'now' | 'keys' | 'purse' | 'sender'> {
  /** Credentials in force, from the local mirror. */
  readonly credentials: () => readonly AcceptedCredential[];
  /** Tokens at hand for today. */
  readonly tokens: () => number;
  /** Runs `action` once, later. @returns what calls it off */
  readonly schedule: (action: () => void, delayMs: number) => () => void;
  readonly report?: (outcome: CoverOutcome) => void;
}

export interface CoverOptions {
  /** Deposits in an hour, on average. */
  readonly perHour: number;
  /** Tokens that are left for calls: with no more than these nothing is sent. Default 128. */
  readonly reservedTokens?: number;
  /** As those of calls; default 30. */
  readonly lifetimeSeconds?: Lifetime;
  /** As for calls; default 8. */
  readonly tokensPerCall?: number;
  /** As for calls; default 250. */
  readonly deadlineMs?: number;
  /** Whether cover is taken back after a while, as the deposits of calls are where the switch says they were answered. */
  readonly isRetracted?: boolean;
}

export type CoverOutcome = 'sent' | 'no-key' | 'reserve' | 'failed';

export interface Cover {
  /** One now, to whomever the lot falls on. Never rejects. */
  send(): Promise<CoverOutcome>;
  start(): void;
  close(): void;
}

const HOUR_MS = 3_600_000;
const RETRACT_DEADLINE_MS = 2_000;
/** As a call that rings, is answered, and is then taken back (`call-deposits.ts`). */
const RETRACT_AFTER_MS = 8_000;
const RETRACT_SPREAD_MS = 20_000;

export function createCover(parts: CoverParts, options: CoverOptions): Cover {
  const { crypto } = parts;
  const sealer = createPassportSealer(crypto);
  const place = { ...parts, absent: createAbsentMailboxes(parts.now) };
  const { reservedTokens = 128, lifetimeSeconds = 30, tokensPerCall = 8, deadlineMs = 250 } = options;
  let callOff = (): void => undefined;

  const seal = (): readonly Deposit[] => {
    const drawn = drawNumber(crypto, parts);
    return drawn === undefined ? [] : sealCover({ crypto, sealer }, { ...drawn, lifetimeSeconds });
  };
  const send = async (): Promise<CoverOutcome> => {
    if (parts.tokens() <= reservedTokens) return 'reserve';
    const deposits = seal();
    if (deposits.length === 0) return 'no-key';
    const budget = { left: Math.min(tokensPerCall, parts.tokens() - reservedTokens) };
    const results = await Promise.all(deposits.map((one) => placeDeposit(place, one, budget, deadlineMs)));
    if (options.isRetracted) for (const result of results) retractLater(parts, result);
    return results.some(({ outcome }) => outcome === 'stored') ? 'sent' : 'failed';
  };
  const sendSafely = (): Promise<CoverOutcome> => send().catch(() => 'failed');
  const scheduleNext = (): void => {
    // Moments of a Poisson process: what came before tells nothing of what comes.
    const delayMs = (-Math.log(1 - fraction(crypto)) * HOUR_MS) / options.perHour;
    callOff = parts.schedule(() => {
      scheduleNext();
      void sendSafely().then((outcome) => parts.report?.(outcome));
    }, delayMs);
  };
  return { send: sendSafely, start: scheduleNext, close: () => callOff() };
}

interface Drawn {
  readonly called: TelephoneNumber;
  readonly keys: readonly AcceptedCredential[];
}

/** A number of some credential, and all its keys, as for a call to it. */
function drawNumber(crypto: Crypto, { credentials, keys }: CoverParts): Drawn | undefined {
  const credential = anyOf(crypto, credentials());
  if (credential === undefined) return undefined;
  const entry = anyOf(crypto, credential.entries);
  const called = entry && numberIn(crypto, entry);
  if (called !== undefined && isDiallable(called)) return { called, keys: keys.keysFor(called) };
  // A service provider code names no number: any will do for the shard.
  const digits = Array.from(crypto.randomBytes(10), (byte) => byte % 10).join('');
  return { called: `1${digits}` as TelephoneNumber, keys: [credential] };
}

function numberIn(crypto: Crypto, entry: TnEntry): TelephoneNumber | undefined {
  if (entry.kind === 'one') return entry.number;
  if (entry.kind === 'spc') return undefined;
  const offset = BigInt(Math.floor(fraction(crypto) * Number(entry.count)));
  return String(BigInt(entry.start) + offset).padStart(entry.start.length, '0') as TelephoneNumber;
}

function anyOf<T>(crypto: Crypto, list: readonly T[]): T | undefined {
  return list[Math.floor(fraction(crypto) * list.length)];
}

/** Uniform in [0, 1). */
function fraction(crypto: Crypto): number {
  const [a, b, c, d] = crypto.randomBytes(4) as unknown as [number, number, number, number];
  return (((a << 24) >>> 0) + (b << 16) + (c << 8) + d) / 2 ** 32;
}

function retractLater(parts: CoverParts, { places, retractSecret }: DepositResult): void {
  const take = (): void => {
    for (const cps of places)
      parts.sender.retract(cps, [retractSecret], RETRACT_DEADLINE_MS).catch(() => undefined);
  };
  parts.schedule(take, RETRACT_AFTER_MS + fraction(parts.crypto) * RETRACT_SPREAD_MS);
}
