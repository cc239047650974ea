// Requests whose answers are being found, by transaction (RFC 3261 Section 17.2.3). Each is answered once: by what was found, by
// its bound, or by CANCEL, whichever comes first.

import type { OfferedCall } from '../trunk/index.ts';
import type { Answer } from './answer.ts';
import type { Arrival } from './redirect-element.ts';
import { NOTHING_TO_ADD } from './redirection.ts';
import type { SipRequest } from './request.ts';

export interface PendingRequest {
  readonly request: SipRequest;
  readonly arrival: Arrival;
  readonly offer: OfferedCall;
}

export interface PendingRequests {
  readonly size: number;
  has(request: SipRequest, arrival: Arrival): boolean;
  /** @param answer never rejects */
  waitFor(pending: PendingRequest, answer: Promise<Answer>): void;
  /** Answers it so. @returns what was pending, `undefined` where it was answered already or never asked */
  finish(request: SipRequest, arrival: Arrival, answer: Answer): PendingRequest | undefined;
}

interface Waiting extends PendingRequest {
  /** On the monotonic clock. */
  readonly endsAtMs: number;
}

/** @param boundMs after which a request has nothing added to it @param send told each answer, once */
export function createPendingRequests(
  boundMs: number,
  send: (pending: PendingRequest, answer: Answer) => void,
): PendingRequests {
  const byTransaction = new Map<string, Waiting>();
  let watching: NodeJS.Timeout | undefined;
  const finish = (key: string, answer: Answer): PendingRequest | undefined => {
    const found = byTransaction.get(key);
    if (found === undefined) return undefined;
    byTransaction.delete(key);
    send(found, answer);
    return found;
  };
  /** One timer for all, set for the oldest: they end in the order in which they came. */
  const watchFor = (leftMs: number): void => {
    if (watching !== undefined) return;
    watching = setTimeout(() => {
      watching = undefined;
      const nowMs = performance.now();
      for (const [key, { endsAtMs }] of byTransaction) {
        if (endsAtMs > nowMs) return watchFor(endsAtMs - nowMs);
        finish(key, NOTHING_TO_ADD);
      }
    }, leftMs).unref();
  };
  return {
    get size() {
      return byTransaction.size;
    },
    has: (request, arrival) => byTransaction.size > 0 && byTransaction.has(transactionOf(request, arrival)),
    waitFor(pending, answer) {
      const key = transactionOf(pending.request, pending.arrival);
      const waiting = { ...pending, endsAtMs: performance.now() + boundMs };
      byTransaction.set(key, waiting);
      watchFor(boundMs);
      // A call that was cancelled meanwhile may have given its place to another, whose answer this is not.
      void answer.then((found) => {
        if (byTransaction.get(key) === waiting) finish(key, found);
      });
    },
    finish: (request, arrival, answer) => finish(transactionOf(request, arrival), answer),
  };
}

/** Branch and `sent-by`; without a branch of this RFC what RFC 2543 went by. */
function transactionOf({ vias, callId, sequence, from }: SipRequest, { source }: Arrival): string {
  const { host, port, parameters } = vias[0]!;
  const branch = parameters.get('branch') ?? '';
  return `${source.address} ${host}:${port ?? ''} ${branch} ${callId} ${sequence} ${from.parameters.get('tag') ?? ''}`;
}
