// Trunks, and the peers and rules of the SIP interface, out of a configuration that is read again while the process runs:
// all of them or none. The rest of what has changed waits for a restart, which is said. A configuration with a fault, or
// one whose trunks do not fit what runs, leaves everything as it is.

import { tellCautions } from './cautions.ts';
import type { Configuration } from './configuration.ts';
import { requireConsistency } from './consistency.ts';
import type { Environment } from './environment.ts';
import type { RunningSip } from './sip-interface.ts';
import type { SwitchSide } from './switch-side.ts';

export interface LiveTrunkParts {
  /** The configuration as it is now. @throws ConfigurationError */
  readonly read: () => Configuration;
  readonly switches: SwitchSide;
  readonly sip: RunningSip | undefined;
}

/** @param first what the process was started with */
export function watchTrunks(
  first: Configuration,
  { live, log }: Pick<Environment, 'live' | 'log'>,
  { read, switches, sip }: LiveTrunkParts,
): void {
  let running = first;
  const load = (): void => {
    const next = read();
    requireConsistency(next);
    const effective = withTrunksOf(running, next);
    requireConsistency(effective); // a trunk of a tenant that only a restart brings
    const trunks = switches.prepareTrunks(effective.trunks ?? []);
    const useRules = effective.sip && sip?.prepare(effective.sip, trunks);
    trunks.use();
    useRules?.();
    const hasChanged = changedSections(running, effective).length > 0;
    running = effective;
    if (hasChanged) tellCautions(running, log);
    for (const section of changedSections(running, next))
      log.warn('restart-needed', { role: 'configuration', reason: section });
  };
  // On SIGHUP only, not on a change on disk: whoever edits a file saves it more than once.
  live.add({ role: 'trunks', paths: [], load });
}

function withTrunksOf(running: Configuration, { trunks, sip }: Configuration): Configuration {
  const { trunks: _, ...others } = running;
  return {
    ...others,
    ...(trunks === undefined ? {} : { trunks }),
    ...(running.sip === undefined || sip === undefined
      ? {}
      : { sip: { ...running.sip, peers: sip.peers, rules: sip.rules } }),
  };
}

function changedSections(running: Configuration, next: Configuration): readonly string[] {
  const sections = new Set([...Object.keys(running), ...Object.keys(next)] as (keyof Configuration)[]);
  return [...sections].filter((name) => JSON.stringify(running[name]) !== JSON.stringify(next[name]));
}
