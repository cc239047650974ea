// Matches arriving calls with PASSporTs by calling and called number (RFC 8816 Section 5.5): the PASSporT may have come
// before the call, with the streams of the mailboxes, or may come while the call rings. Agents are told of the call at
// once, and of the verdict as soon as there is one. An agent is told "verified" by the verification service only.

import { type ArrivedCall, callKey } from '@oobleck/stir/call';
import type { Crypto } from '@oobleck/stir/crypto';
import type { Verdict } from '@oobleck/stir/verdict';
import type { VerificationService } from '../../verification/index.ts';
import type { EventBoard } from './event-board.ts';

export interface CorrelatorParts {
  readonly crypto: Crypto;
  /** Waits for a PASSporT for as long as a call is to be watched. */
  readonly verification: VerificationService;
  readonly board: EventBoard;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export interface CorrelatorOptions {
  /** Calls of one tenant that wait for their PASSporT, default 2048. */
  readonly waitingCalls?: number;
}

export type Arrival =
  | 'taken'
  /** The same call is being watched. */
  | 'known'
  /** As many as may wait do. */
  | 'full';

export interface Correlator {
  /** A call rings: agents are told, now and when its verdict is known. */
  arrive(call: ArrivedCall): Arrival;
  /** A call whose verdict is known already, by the path that it took. */
  decided(call: ArrivedCall, verdict: Verdict): void;
}

export function createCorrelator(parts: CorrelatorParts, options: CorrelatorOptions = {}): Correlator {
  const { crypto, verification, board, now } = parts;
  const maximum = options.waitingCalls ?? 2_048;
  const waiting = new Map<string, Set<string>>();
  const tell = (call: ArrivedCall, verdict: Verdict, sinceMs: number): void =>
    board.publish(call.tenant, 'verdict', {
      ...factsOf(call),
      ...verdictOf(verdict),
      afterMs: now() - sinceMs,
    });
  return {
    arrive(call) {
      const name = callKey(crypto, call);
      const own = waiting.get(call.tenant) ?? new Set();
      if (own.has(name)) return 'known';
      if (own.size >= maximum) return 'full';
      waiting.set(call.tenant, own.add(name));
      const sinceMs = now();
      board.publish(call.tenant, 'call', factsOf(call));
      void Promise.resolve(verification.verify(call, [])).then((verdict) => {
        own.delete(name);
        if (own.size === 0) waiting.delete(call.tenant);
        tell(call, verdict, sinceMs);
      });
      return 'taken';
    },
    decided(call, verdict) {
      board.publish(call.tenant, 'call', factsOf(call));
      tell(call, verdict, now());
    },
  };
}

function factsOf({ callId, caller, called, arrivedAt }: ArrivedCall): object {
  return { callId, ...(caller === undefined ? {} : { calling: caller }), called: called[0], arrivedAt };
}

function verdictOf({ verstat, reason, attestation, authority, channel, passport }: Verdict): object {
  const originationId = passport?.shaken?.originationId;
  return {
    verstat,
    reason,
    ...(attestation === undefined ? {} : { attestation }),
    ...(originationId === undefined ? {} : { originationId }),
    ...(authority === undefined ? {} : { authority }),
    ...(channel === undefined ? {} : { channel }),
  };
}
