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
    cipher: createSealedIdentity({ crypto, keys: calling?.keys, ownKeys: called?.keys }),
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
  const table = createTrunkTable(
    trunks.map((one, at) => readTrunk(one, dialPlan, `trunks.${at}`)),
    (tenant) => createTrunk({ name: 'default', tenant, numbers: { dialPlan } }),
  );
  showTrunks(meters.meter, table.all, path);
  return { path, trunks: table };
}

function readTrunk(options: TrunkConfiguration, dialPlan: NumberRules['dialPlan'], field: string): Trunk {
  const { on, trustAssertedIdentity, numbers, block, attestation, ...others } = options;
  const { nationalAlternate, ...rules } = numbers ?? {};
  try {
    return createTrunk({
      ...others,
      numbers: { dialPlan, ...rules, hasNationalAlternate: nationalAlternate },
      ...(on === undefined ? {} : { isOn: on }),
      ...(trustAssertedIdentity === undefined ? {} : { isAssertedTrusted: trustAssertedIdentity }),
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
