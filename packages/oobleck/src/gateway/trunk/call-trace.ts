// What happened to single calls, for whoever has to explain one: each step with its time and a word from a closed list.
// Kept in memory, bounded, found by the call's id. No number, key or PASSporT is in it; the id is kept as a hash.

import { hash, randomUUID } from 'node:crypto';

export interface TraceStep {
  readonly step: 'offered' | 'numbers' | 'asked' | 'decided' | 'answered';
  /** Since the call was offered. */
  readonly ms: number;
  readonly reason: string;
}

export interface Trace {
  readonly traceId: string;
  readonly trunk: string;
  readonly direction: 'outgoing' | 'incoming';
  /** Milliseconds since 1970. */
  readonly offeredAtMs: number;
  readonly steps: readonly TraceStep[];
}

export interface OpenTrace {
  readonly traceId: string;
  /** @returns ms since the call was offered */
  step(step: TraceStep['step'], reason: string): number;
}

export interface CallTraces {
  begin(
    call: { readonly tenant: string; readonly callId: string } & Pick<Trace, 'trunk' | 'direction'>,
  ): OpenTrace;
  /** Every trace of a call of the tenant, by the call's id or the trace's, the latest first. */
  find(tenant: string, id: string): readonly Trace[];
}

interface KeptTrace extends Trace {
  readonly name: string;
  readonly tenant: string;
  readonly steps: TraceStep[];
}

const MAXIMUM_STEPS = 16;

/** @param elapsed in ms, of a clock that does not go back */
export function createCallTraces(now: () => number, elapsed: () => number, maximum = 8_192): CallTraces {
  const ring: KeptTrace[] = [];
  let next = 0;
  return {
    begin({ tenant, callId, trunk, direction }) {
      const startedMs = elapsed();
      const steps: TraceStep[] = [{ step: 'offered', ms: 0, reason: 'ok' }];
      const [traceId, name] = [randomUUID(), nameOf(tenant, callId)];
      ring[next] = { traceId, name, tenant, trunk, direction, offeredAtMs: now(), steps };
      next = (next + 1) % maximum;
      return {
        traceId,
        step(step, reason) {
          const ms = Math.round(10 * (elapsed() - startedMs)) / 10;
          if (steps.length < MAXIMUM_STEPS) steps.push({ step, ms, reason });
          return ms;
        },
      };
    },
    find(tenant, id) {
      const name = nameOf(tenant, id);
      return ring
        .filter((one) => one.tenant === tenant && (one.name === name || one.traceId === id))
        .sort((a, b) => b.offeredAtMs - a.offeredAtMs)
        .map(({ traceId, trunk, direction, offeredAtMs, steps }) => ({
          traceId,
          trunk,
          direction,
          offeredAtMs,
          steps,
        }));
    },
  };
}

function nameOf(tenant: string, callId: string): string {
  return hash('sha256', `${tenant}\n${callId}`, 'base64url');
}
