// Calls over one route of a world, begun at the pace that was asked for, and what the called side received of each.

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { eventually } from '../eventually.ts';
import { type NumberPair, type Pace, placeCalls } from '../sipp.ts';
import type { ReceivedInvite } from './received.ts';
import type { World } from './world.ts';

/** Calls begin at this pace whatever becomes of those before them. */
export const PACE: Pace = { callsPerSecond: 100 };
/**
 * How late the last call may begin, beside what this process stood still. SIPp begins at once what it is late with, so that
 * only a machine without any time for it just then makes it late: 200 calls begin at 80 a second or more. Of 20 calls
 * this says little.
 */
const LATE_MS = 500;
const ARRIVAL_MS = 10_000;

/**
 * Places the calls and waits for each at the called side.
 * @param pace where it bounds how many are under way, nothing is asked of when they begin
 * @param arriving each call as it arrives, where diversions change the number called
 * @returns the last INVITE of each pair, in their order
 * @throws Error where a call is not answered, does not arrive, or the last one begins late
 */
export async function callOver(
  world: World,
  route: string,
  calls: readonly NumberPair[],
  pace = PACE,
  arriving = calls,
): Promise<readonly ReceivedInvite[]> {
  await placeInTime(world, route, calls, pace);
  return eventually('the called side logged every call', ARRIVAL_MS, () => {
    const received = new Map(world.calledParty.received().map((one) => [nameOf(one), one]));
    const found = arriving.map((pair) => received.get(nameOf(pair)));
    return found.every((one) => one !== undefined) && found;
  });
}

/** Every INVITE of a pair that the called side received. */
export function receivedOf(world: World, pair: NumberPair): readonly ReceivedInvite[] {
  return world.calledParty.received().filter((one) => nameOf(one) === nameOf(pair));
}

async function placeInTime(
  { folder, entrance }: World,
  route: string,
  calls: readonly NumberPair[],
  pace: Pace,
): Promise<void> {
  const standstill = monitorEventLoopDelay();
  standstill.enable();
  const { answered, begunInMs } = await placeCalls(folder, entrance.get(route)!, calls, pace, route);
  standstill.disable();
  if (answered !== calls.length) throw new Error(`${answered} of ${calls.length} calls were answered`);
  const gaps = calls.length - 1;
  if (gaps === 0) return;
  process.stdout.write(`${route}: ${Math.round((gaps * 1000) / begunInMs)} calls began a second\n`);
  const lateMs = begunInMs - (gaps * 1000) / pace.callsPerSecond - standstill.max / 1e6;
  if (pace.underWay === undefined && lateMs > LATE_MS)
    throw new Error(`${route}: the last of ${calls.length} calls began ${Math.round(lateMs)} ms late`);
}

function nameOf({ calling, called }: NumberPair): string {
  return `${calling} ${called}`;
}
