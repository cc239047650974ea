// One deposit on its way: tokens from memory, the CPSs of the mailbox in their order until one has stored it, all
// within the deadline of the call.

import type { Deposit } from '@oobleck/stir/placement';
import type { AuthenticationParts } from './parts.ts';

export interface DepositResult {
  readonly outcome: 'stored' | 'refused' | 'unavailable' | 'no-token';
  /** Origins of the CPSs that have it, or may have it: no answer is not a refusal. */
  readonly places: readonly string[];
  readonly retractSecret: Uint8Array;
}

/** @param count tokens to spend on it */
export async function placeDeposit(
  { purse, sender }: Pick<AuthenticationParts, 'purse' | 'sender'>,
  deposit: Deposit,
  count: number,
  deadlineMs: number,
): Promise<DepositResult> {
  const { retractSecret } = deposit;
  const endsAtMs = performance.now() + deadlineMs;
  let outcome: DepositResult['outcome'] = 'no-token';
  const places: string[] = [];
  for (const [at, cps] of deposit.cps.entries()) {
    // Each CPS gets an equal share of what is left, so that one which hangs leaves the next its turn.
    const leftMs = (endsAtMs - performance.now()) / (deposit.cps.length - at);
    if (leftMs <= 0) break;
    // A token for one CPS is worth nothing at another: each attempt at a further one takes its own.
    const tokens = purse.take(new URL(cps).host, count);
    if (tokens === undefined) continue;
    outcome = await sender.send(cps, deposit, tokens, leftMs);
    if (outcome !== 'refused') places.push(cps);
    if (outcome === 'stored') break;
  }
  return { outcome, places, retractSecret };
}
