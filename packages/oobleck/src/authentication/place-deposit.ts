// One deposit on its way: tokens from memory, the CPSs of the mailbox in their order until one has stored it, all
// within the deadline of the call.

import { encodeBase64url } from '@oobleck/stir/bytes';
import { type MailboxAddress, splitAddress } from '@oobleck/stir/mailbox';
import type { Deposit } from '@oobleck/stir/placement';
import type { AuthenticationParts } from './parts.ts';

export interface DepositResult {
  readonly outcome: 'stored' | 'refused' | 'unavailable' | 'no-token';
  /** Origins of the CPSs that have it, or may have it: no answer is not a refusal. */
  readonly places: readonly string[];
  readonly retractSecret: Uint8Array;
}

/** What one call may still spend, shared by all its deposits and attempts. */
export interface TokenBudget {
  left: number;
}

/** Mailboxes that a CPS said it does not have; asked about again after some minutes. */
export interface AbsentMailboxes {
  has(cps: string, address: MailboxAddress): boolean;
  add(cps: string, address: MailboxAddress): void;
}

const ABSENT_MS = 300_000;
const MAXIMUM_ABSENT = 10_000;

export function createAbsentMailboxes(now: () => number): AbsentMailboxes {
  const until = new Map<string, number>();
  const nameOf = (cps: string, address: MailboxAddress): string =>
    `${cps} ${encodeBase64url(splitAddress(address).id)}`;
  return {
    has: (cps, address) => (until.get(nameOf(cps, address)) ?? 0) > now(),
    add(cps, address) {
      if (until.size >= MAXIMUM_ABSENT) until.clear();
      until.set(nameOf(cps, address), now() + ABSENT_MS);
    },
  };
}

/** Tokens of a deposit: one, and as much of the stake its owner asks for as the call can still pay. */
function draw(budget: TokenBudget, { stake }: Deposit): number {
  const count = Math.min(1 + stake, budget.left);
  budget.left -= count;
  return count;
}

export interface PlaceParts extends Pick<AuthenticationParts, 'purse' | 'sender'> {
  readonly absent: AbsentMailboxes;
}

export async function placeDeposit(
  { purse, sender, absent }: PlaceParts,
  deposit: Deposit,
  budget: TokenBudget,
  deadlineMs: number,
): Promise<DepositResult> {
  const { retractSecret, address } = deposit;
  const endsAtMs = performance.now() + deadlineMs;
  let outcome: DepositResult['outcome'] = 'no-token';
  const places: string[] = [];
  const known = deposit.cps.filter((cps) => !absent.has(cps, address));
  // No token for a CPS that nothing is sent to: a long silence would empty the wallet, and outlast itself.
  const origins = known.filter((cps) => sender.isSuspended?.(cps) !== true);
  if (origins.length < known.length) outcome = 'unavailable';
  for (const [at, cps] of origins.entries()) {
    // Each CPS gets an equal share of what is left, so that one which hangs leaves the next its turn.
    const leftMs = (endsAtMs - performance.now()) / (origins.length - at);
    if (leftMs <= 0) break;
    // A token for one CPS is worth nothing at another: each attempt at a further one takes its own.
    const count = draw(budget, deposit);
    const tokens = count === 0 ? undefined : purse.take(new URL(cps).host, count);
    if (tokens === undefined) {
      budget.left += count;
      continue;
    }
    const answer = await sender.send(cps, deposit, tokens, leftMs);
    if (answer === 'absent') absent.add(cps, address);
    else if (answer !== 'refused') places.push(cps);
    outcome = answer === 'absent' ? 'refused' : answer;
    if (outcome === 'stored') break;
  }
  return { outcome, places, retractSecret };
}
