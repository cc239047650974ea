// What happened to single calls, for whoever has to explain one: each step with its time and a word from a closed list.
// Kept in memory, bounded, found by the call's id. No number, key or PASSporT is in it; the id is kept as a hash. Every call
// leaves a trace and hardly any is asked for: what is kept is small, and takes its shape when somebody asks.

import { hash } from 'node:crypto';
import { createRandomIds } from './random-id.ts';

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
  begin(tenant: string, callId: string, trunk: string, direction: Trace['direction']): OpenTrace;
  /** Every trace of a call of the tenant, by the call's id or the trace's, the latest first. */
  find(tenant: string, id: string): readonly Trace[];
}

interface KeptTrace extends Omit<Trace, 'steps'> {
  readonly name: string;
  readonly tenant: string;
  /** Step, tenths of a ms, reason; the next one behind it. */
  readonly steps: (string | number)[];
}

const MAXIMUM_STEPS = 16;
const OF_A_STEP = 3;

/** @param elapsed in ms, of a clock that does not go back */
export function createCallTraces(now: () => number, elapsed: () => number, maximum = 8_192): CallTraces {
  const ring: KeptTrace[] = [];
  const randomId = createRandomIds();
  let next = 0;
  return {
    begin(tenant, callId, trunk, direction) {
      const startedMs = elapsed();
      const steps: KeptTrace['steps'] = ['offered', 0, 'ok'];
      const traceId = randomId();
      const name = nameOf(tenant, callId);
      ring[next] = { traceId, name, tenant, trunk, direction, offeredAtMs: now(), steps };
      next = (next + 1) % maximum;
      return {
        traceId,
        step(step, reason) {
          const tenths = Math.round(10 * (elapsed() - startedMs));
          if (steps.length < OF_A_STEP * MAXIMUM_STEPS) steps.push(step, tenths, reason);
          return tenths / 10;
        },
      };
    },
    find(tenant, id) {
      const name = nameOf(tenant, id);
      return ring
        .filter((one) => one.tenant === tenant && (one.name === name || one.traceId === id))
        .sort((a, b) => b.offeredAtMs - a.offeredAtMs)
        .map(traceOf);
    },
  };
}

function traceOf({ traceId, trunk, direction, offeredAtMs, steps }: KeptTrace): Trace {
  const inSteps = Array.from({ length: steps.length / OF_A_STEP }, (_, at): TraceStep => {
    const [step, tenths, reason] = steps.slice(OF_A_STEP * at, OF_A_STEP * (at + 1));
    return { step: step as TraceStep['step'], ms: Number(tenths) / 10, reason: String(reason) };
  });
  return { traceId, trunk, direction, offeredAtMs, steps: inSteps };
}

function nameOf(tenant: string, callId: string): string {
  return hash('sha256', `${tenant}\n${callId}`, 'latin1');
}
