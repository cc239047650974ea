// Calls of every interface by trunk and by what came of them, and which trunks and peers are not waited for. Names of trunks
// are the operator's, out of the configuration; what becomes of a call is looked up once for each trunk, so that a call
// costs an addition.

import { REASONS } from '@oobleck/stir/verdict';
import {
  type CallPath,
  type CallPathEvent,
  PLACED_REASONS,
  SKIPPED,
  type Trunk,
} from '../gateway/trunk/index.ts';
import type { Count, Meter, SeriesPoint } from '../operate/index.ts';

export interface CallCounts {
  /** Names of trunks that may come. */
  learn(trunks: readonly string[]): void;
  count(event: CallPathEvent): void;
}

const DIRECTIONS = ['outgoing', 'incoming'] as const;

export function countCalls(meter: Meter): CallCounts {
  const calls = meter.counter({
    name: 'calls_total',
    help: 'Calls by what came of them: for those that go out what was done or why not, for others the verdict',
    labels: {
      trunk: [],
      direction: DIRECTIONS,
      outcome: [...new Set([...PLACED_REASONS, ...REASONS, ...SKIPPED])],
    },
  });
  const blocked = meter.counter({
    name: 'calls_blocked_total',
    help: 'Calls that a trunk refuses; where it only monitors, that it would',
    labels: { trunk: [] },
  });
  const suspensions = meter.counter({
    name: 'trunk_suspensions_total',
    help: 'Times that the calls of a trunk were kept waiting no longer',
    labels: { trunk: [], direction: DIRECTIONS },
  });
  const placed = createKept((trunk, outcome) => calls.at([trunk, 'outgoing', outcome]));
  const received = createKept((trunk, outcome) => calls.at([trunk, 'incoming', outcome]));
  return {
    learn(trunks) {
      for (const one of [calls, blocked, suspensions]) one.learn(trunks);
    },
    count(event) {
      if (event.event === 'trunk-suspended') suspensions.add([event.trunk, event.direction]);
      else if (event.event === 'call-placed') placed(event.trunk, event.reason).add();
      else if (event.event === 'call-received') {
        received(event.trunk, event.reason).add();
        if (event.action === 'block') blocked.add([event.trunk]);
      }
    },
  };
}

/** Found once, then looked up by two short words. */
function createKept(find: (trunk: string, outcome: string) => Count): typeof find {
  const byTrunk = new Map<string, Map<string, Count>>();
  return (trunk, outcome) => {
    let byOutcome = byTrunk.get(trunk);
    if (byOutcome === undefined) {
      byOutcome = new Map();
      byTrunk.set(trunk, byOutcome);
    }
    let count = byOutcome.get(outcome);
    if (count === undefined) {
      count = find(trunk, outcome);
      byOutcome.set(outcome, count);
    }
    return count;
  };
}

/** Whether calls of each trunk are kept waiting, read when somebody looks. */
export function showTrunks(meter: Meter, trunks: () => readonly Trunk[], path: CallPath): void {
  const labels = ['trunk', 'direction'];
  const help = '1 while calls of the trunk are not kept waiting, since the last ran into their deadline';
  meter.series({ name: 'trunk_suspended', help, kind: 'gauge', labels }, () => {
    const points = new Map<string, SeriesPoint>();
    for (const trunk of trunks())
      for (const direction of DIRECTIONS) {
        if (trunk.direction !== 'both' && trunk.direction !== direction) continue;
        const name = `${trunk.name} ${direction}`;
        // Those that are made for tenants without a trunk have one name.
        const value = Math.max(Number(path.isSuspended(trunk, direction)), points.get(name)?.value ?? 0);
        points.set(name, { values: [trunk.name, direction], value });
      }
    return points.values();
  });
}
