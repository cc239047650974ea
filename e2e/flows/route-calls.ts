// Calls over one route of a world, and what the called side received of each.

import { eventually } from '../eventually.ts';
import { type NumberPair, type Pace, placeCalls } from '../sipp.ts';
import type { ReceivedInvite } from './received.ts';
import type { World } from './world.ts';

const ARRIVAL_MS = 10_000;

/** Places the calls and waits for each at the called side. @returns the last INVITE of each pair, in their order */
export async function callOver(
  world: World,
  route: string,
  calls: readonly NumberPair[],
  pace: Pace,
): Promise<readonly ReceivedInvite[]> {
  const { answered } = await placeCalls(world.folder, world.entrance.get(route)!, calls, pace, route);
  if (answered !== calls.length) throw new Error(`${answered} of ${calls.length} calls were answered`);
  return eventually('the called side logged every call', ARRIVAL_MS, () => {
    const received = new Map(world.calledParty.received().map((one) => [nameOf(one), one]));
    const found = calls.map((pair) => received.get(nameOf(pair)));
    return found.every((one) => one !== undefined) && found;
  });
}

/** Every INVITE of a pair that the called side received. */
export function receivedOf(world: World, pair: NumberPair): readonly ReceivedInvite[] {
  return world.calledParty.received().filter((one) => nameOf(one) === nameOf(pair));
}

function nameOf({ calling, called }: NumberPair): string {
  return `${calling} ${called}`;
}
