// The ways of a world's calls through its one switch: a hop for each passage, each at a port of its own.

import type { Hop } from './flow-switch.ts';
import type { TrunkName } from './trunks.ts';
import type { Passage, WorldPlan } from './world-plan.ts';

/** Other tests may run on the same few cores: nobody gives up early here, except where a test is about just that. */
const PATIENCE_MS = 6_000;

/** One port a passage, each route from its entrance to the called party. */
export function layHops(
  { routes, ends }: WorldPlan,
  ports: readonly number[],
  trunkPorts: ReadonlyMap<TrunkName, number>,
  calledPort: number,
): { hops: readonly Hop[]; entrance: ReadonlyMap<string, number> } {
  const hops: Hop[] = [];
  const entrance = new Map<string, number>();
  for (const [route, passages] of Object.entries(routes)) {
    entrance.set(route, ports[hops.length]!);
    for (const [at, passage] of passages.entries()) {
      const port = ports[hops.length]!;
      const isLast = at === passages.length - 1;
      const nextPort = isLast ? (ends?.[route] ?? calledPort) : ports[hops.length + 1]!;
      hops.push({
        name: `H${hops.length}`,
        port,
        nextPort,
        patienceMs: PATIENCE_MS,
        ...does(passage, trunkPorts),
      });
    }
  }
  return { hops, entrance };
}

function does(passage: Passage, trunkPorts: ReadonlyMap<TrunkName, number>): Partial<Hop> {
  if (passage === 'tdm') return { loses: 'everything' };
  if (passage === 'border') return { loses: 'identity' };
  if (passage === 'nothing') return {};
  if (typeof passage === 'string') return { askPort: trunkPorts.get(passage)! };
  const { divert, from, to } = passage;
  return { askPort: trunkPorts.get(divert)!, divertsTo: { from, to } };
}
