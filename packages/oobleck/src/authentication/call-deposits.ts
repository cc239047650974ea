// The deposits of one call (RFC 8816 Section 8.1, steps 3 and 4): a sealed copy for each key of each called number, each
// a request of its own. The call waits for the first that is stored, or the deadline; the rest goes on behind it (S-04).

import { StirError } from '@oobleck/stir';
import type { AcceptedCredential } from '@oobleck/stir/credential';
import type { Lifetime } from '@oobleck/stir/mailbox';
import { isDiallable, type TelephoneNumber } from '@oobleck/stir/number';
import { type Deposit, sealDeposits } from '@oobleck/stir/placement';
import { createPassportSealer, type Envelope } from '@oobleck/stir/seal';
import { type Leaving, publishClear } from './clear-publication.ts';
import type { AuthenticationParts } from './parts.ts';
import { createAbsentMailboxes, type DepositResult, placeDeposit } from './place-deposit.ts';

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
  | 'deadline'
  /** Nothing was to be left. */
  | 'none';

export interface CallDeposits {
  /** At once where nothing is to be left. @param key names the call (see `callKey`) */
  leave(
    key: string,
    called: readonly TelephoneNumber[],
    envelope: Envelope,
    leaving: Leaving,
  ): OutOfBand | Promise<OutOfBand>;
  /** Takes back what was left for a call, neither at once nor at a telling moment. */
  retract(key: string): void;
  /** Waits for deposits still under way. */
  close(): Promise<void>;
}

export interface DepositOptions {
  readonly deadlineMs: number;
  readonly lifetimeSeconds: Lifetime;
  readonly tokensPerCall: number;
}

const KEEP_MS = 60_000;
const RETRACT_AFTER_MS = 5_000;
const RETRACT_SPREAD_MS = 3_000;

export function createCallDeposits(parts: AuthenticationParts, options: DepositOptions): CallDeposits {
  const { crypto } = parts;
  const sealer = createPassportSealer(crypto);
  const absent = createAbsentMailboxes(parts.now);
  /** Deposits under way or done, by call, as long as they may be taken back. */
  const placed = new Map<string, readonly Promise<DepositResult>[]>();
  const { lifetimeSeconds } = options;
  const seal = (called: readonly TelephoneNumber[], envelope: Envelope): readonly Deposit[] => {
    const deposits: Deposit[] = [];
    for (const number of called) {
      const keys: readonly AcceptedCredential[] = isDiallable(number) ? parts.keys.keysFor(number) : [];
      if (keys.length === 0) continue;
      const order = { envelope, called: number, keys, lifetimeSeconds };
      deposits.push(...sealDeposits({ crypto, sealer }, order));
    }
    return deposits;
  };
  const leaveSealed = (
    key: string,
    called: readonly TelephoneNumber[],
    envelope: Envelope,
    isAllNeeded: boolean,
  ): OutOfBand | Promise<OutOfBand> => {
    const deposits = sealOrNothing(() => seal(called, envelope));
    if (deposits === undefined) return 'failed';
    if (deposits.length === 0) return 'no-key';
    // Narrowest authority first: where the tokens of a call run out, the widest keys go without.
    const budget = { left: options.tokensPerCall };
    const results = deposits.map((deposit) =>
      placeDeposit({ ...parts, absent }, deposit, budget, options.deadlineMs),
    );
    const all = [...(placed.get(key) ?? []), ...results];
    placed.set(key, all);
    // Left again meanwhile, it is kept as long as the latest.
    parts.schedule(() => placed.get(key) === all && placed.delete(key), KEEP_MS);
    return stored(results, parts, options.deadlineMs, isAllNeeded);
  };
  return {
    leave(key, called, envelope, leaving) {
      const { deadlineMs } = options;
      const { isAllNeeded = false } = leaving;
      const clear = publishClear(parts, called, envelope.passports, leaving, deadlineMs);
      const { instead } = clear;
      const toSeal = instead.size === 0 ? called : called.filter((number) => !instead.has(number));
      const sealed = leaveSealed(key, toSeal, envelope, isAllNeeded);
      if (clear.results.length === 0) return sealed;
      // Each half is for another called side: the call waits for both.
      const shown = stored(clear.results, parts, deadlineMs, isAllNeeded);
      const summary = isAllNeeded ? worse : better;
      return Promise.all([sealed, shown]).then(([one, other]) => summary(one, other));
    },
    retract(key) {
      const deposits = placed.get(key) ?? [];
      placed.delete(key);
      for (const deposit of deposits) {
        const delayMs = RETRACT_AFTER_MS + (crypto.randomBytes(1)[0]! / 256) * RETRACT_SPREAD_MS;
        parts.schedule(() => void takeBack(parts, deposit, options.deadlineMs), delayMs);
      }
    },
    async close() {
      await Promise.all([...placed.values()].flat());
    },
  };
}

function better(sealed: OutOfBand, clear: OutOfBand): OutOfBand {
  return sealed === 'stored' || (sealed !== 'no-key' && clear !== 'stored') ? sealed : clear;
}

function worse(sealed: OutOfBand, clear: OutOfBand): OutOfBand {
  return sealed === 'stored' || sealed === 'no-key' ? clear : sealed;
}

/** PASSporTs that came with a call may be longer than any envelope: then nothing is left. */
function sealOrNothing(seal: () => readonly Deposit[]): readonly Deposit[] | undefined {
  try {
    return seal();
  } catch (error) {
    if (error instanceof StirError) return undefined;
    throw error;
  }
}

/** Only after the first 201, or all that are needed, or the deadline, does the call go out (RFC 8816 Section 8.1). */
async function stored(
  results: readonly Promise<Pick<DepositResult, 'outcome'>>[],
  { schedule }: AuthenticationParts,
  deadlineMs: number,
  isAllNeeded: boolean,
): Promise<OutOfBand> {
  const deadline = new Promise<OutOfBand>((resolve) => schedule(() => resolve('deadline'), deadlineMs));
  const each = results.map(async (result) => {
    if ((await result).outcome !== 'stored') throw new Error('not stored');
  });
  const enough: Promise<unknown> = isAllNeeded ? Promise.all(each) : Promise.any(each);
  const summary = async (): Promise<OutOfBand> => {
    const outcomes = (await Promise.all(results)).map(({ outcome }) => outcome);
    return outcomes.every((outcome) => outcome === 'no-token') ? 'no-token' : 'failed';
  };
  return Promise.race([deadline, enough.then(() => 'stored' as const, summary)]);
}

async function takeBack(
  { sender }: AuthenticationParts,
  deposit: Promise<DepositResult>,
  deadlineMs: number,
): Promise<void> {
  const { places, retractSecret } = await deposit;
  const retract = (cps: string) => sender.retract(cps, [retractSecret], deadlineMs);
  await Promise.allSettled(places.map(retract));
}
