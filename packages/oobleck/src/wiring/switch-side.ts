// What every interface for switches of a process shares: the trunks of its configuration, and the one way their calls
// are asked about.

import { StirError } from '@oobleck/stir';
import type { NumberRules } from '@oobleck/stir/number';
import type { Attestation } from '@oobleck/stir/passport';
import type { Reason } from '@oobleck/stir/verdict';
import {
  type CallPath,
  type CallPathEvent,
  createCallPath,
  createSealedIdentity,
  createTrunk,
  createTrunkTable,
  type Trunk,
  type TrunkTable,
} from '../gateway/trunk/index.ts';
import { ConfigurationError } from '../operate/index.ts';
import type { CalledSide } from './called-side.ts';
import type { CallingSide } from './calling-side.ts';
import type { Configuration } from './configuration.ts';
import type { TrunkConfiguration } from './configuration-trunks.ts';
import type { Environment } from './environment.ts';
import { countCalls, showTrunks } from './metered-calls.ts';

export interface SwitchSide {
  readonly path: CallPath;
  readonly trunks: TrunkTable;
  /** Trunks of another configuration, in place of these once all of it is found to hold. @throws ConfigurationError */
  prepareTrunks(trunks: readonly TrunkConfiguration[]): PreparedTrunks;
}

export interface PreparedTrunks {
  byName(name: string): Trunk | undefined;
  /** From the next call on; one that is under way keeps its trunk. */
  use(): void;
}

export interface SwitchSideParts {
  readonly calling: CallingSide | undefined;
  readonly called: CalledSide | undefined;
}

/** @throws ConfigurationError where a trunk has rules about numbers that cannot be */
export function startSwitchSide(
  { trunks = [], rest }: Configuration,
  environment: Environment,
  { calling, called }: SwitchSideParts,
): SwitchSide {
  const { crypto, now, timers, meters } = environment;
  const counts = countCalls(meters.meter);
  counts.learn(['default', ...trunks.map(({ name }) => name)]);
  const path = createCallPath({
    authentication: calling?.service,
    verification: called?.service,
    cipher: createSealedIdentity({
      crypto,
      keys: calling?.keys,
      chains: calling?.chains,
      ownKeys: called?.keys,
    }),
    now,
    elapsed: () => performance.now(),
    schedule: timers.deadline,
    onEvent(event) {
      counts.count(event);
      logEvent(environment, event);
    },
  });
  called?.watchClocks(path.observeClock);
  const dialPlan = rest?.dialPlan;
  let known = readTrunks(trunks, dialPlan);
  const table = createTrunkTable(trunksOf(known), (tenant) =>
    createTrunk({ name: 'default', tenant, numbers: { dialPlan } }),
  );
  showTrunks(meters.meter, table.all, path);
  return {
    path,
    trunks: table,
    prepareTrunks(others) {
      const read = readTrunks(others, dialPlan, known);
      return {
        byName: (name) => read.get(name)?.trunk,
        use() {
          known = read;
          counts.learn([...known.keys()]);
          table.replace(trunksOf(known));
        },
      };
    },
  };
}

/** By name. */
type ReadTrunks = ReadonlyMap<string, { readonly options: string; readonly trunk: Trunk }>;

/** A trunk that is as it was stays the same one: calls in a row that ran into its deadline are not forgotten. */
function readTrunks(
  trunks: readonly TrunkConfiguration[],
  dialPlan: NumberRules['dialPlan'],
  known?: ReadTrunks,
): ReadTrunks {
  return new Map(
    trunks.map((one, at) => {
      const options = JSON.stringify(one);
      const before = known?.get(one.name);
      const isSame = before?.options === options;
      return [one.name, isSame ? before : { options, trunk: readTrunk(one, dialPlan, `trunks.${at}`) }];
    }),
  );
}

function trunksOf(read: ReadTrunks): readonly Trunk[] {
  return [...read.values()].map(({ trunk }) => trunk);
}

function readTrunk(options: TrunkConfiguration, dialPlan: NumberRules['dialPlan'], field: string): Trunk {
  const {
    on,
    trustAssertedIdentity,
    trustEmergencyMarks,
    removeIdentity,
    numbers,
    block,
    attestation,
    ...others
  } = options;
  const { nationalAlternate, ...rules } = numbers ?? {};
  try {
    return createTrunk({
      ...others,
      numbers: { dialPlan, ...rules, hasNationalAlternate: nationalAlternate },
      ...(on === undefined ? {} : { isOn: on }),
      ...(trustAssertedIdentity === undefined ? {} : { isAssertedTrusted: trustAssertedIdentity }),
      ...(removeIdentity === undefined ? {} : { removesIdentity: removeIdentity }),
      ...(trustEmergencyMarks === undefined ? {} : { areEmergencyMarksTrusted: trustEmergencyMarks }),
      ...(attestation === undefined ? {} : { attestation: attestation as Attestation }),
      ...(block === undefined ? {} : { block: block as Reason[] }),
    } as Parameters<typeof createTrunk>[0]);
  } catch (error) {
    if (!(error instanceof StirError)) throw error;
    throw new ConfigurationError([`${field}.numbers: ${error.message}`]);
  }
}

function logEvent({ log }: Environment, event: CallPathEvent): void {
  switch (event.event) {
    case 'clock-skew':
      log.warn('clock-skew', {
        role: 'verification',
        reason: event.seconds > 0 ? 'clock-behind' : 'clock-ahead',
        count: Math.abs(event.seconds),
      });
      break;
    case 'trunk-suspended':
      log.warn('trunk-suspended', { role: 'gateway', reason: event.direction });
      break;
    case 'call-path-failed':
      log.error('call-path-failed', { role: 'gateway', error: event.error });
      break;
    default: {
      const { event: name, reason, elapsedMs, mode } = event;
      const role = name === 'call-placed' ? 'authentication' : 'verification';
      const said = mode === 'monitor' ? `monitor-${reason}` : reason;
      log.info(name, { role, reason: said, elapsedMs: Math.round(elapsedMs) });
    }
  }
}
