// The called side of the flows: SIPp answers every call and writes down what its INVITE brought.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startSippServer } from '../sipp.ts';

export interface ReceivedInvite {
  readonly calling: string;
  readonly called: string;
  /** `verstat` of P-Asserted-Identity; empty where there is none. */
  readonly verstat: string;
  /** `ppt` of the Identity header fields, in order; `base` of one that has none. */
  readonly identities: readonly string[];
  readonly isSealed: boolean;
}

export interface CalledParty {
  received(): readonly ReceivedInvite[];
  stop(): Promise<void>;
}

const LINE = /calling=(\d*) called=(\d*) asserted=(.*) identity=(.*) second=(.*) sealed=(.*)$/;

export function startCalledParty(folder: string, port: number): CalledParty {
  const log = join(folder, 'called-flow.log');
  const sipp = startSippServer(folder, 'called-flow.xml', port, log);
  return {
    received() {
      if (sipp.hasExited()) throw new Error(`the called side ended:\n${sipp.output()}`);
      return existsSync(log) ? readFileSync(log, 'latin1').split('\n').flatMap(readLine) : [];
    },
    stop: () => sipp.stop(),
  };
}

function readLine(line: string): ReceivedInvite[] {
  const match = LINE.exec(line);
  if (match === null) return [];
  const [, calling, called, asserted, first, second, sealed] = match as unknown as string[];
  const identities = [first!, second!]
    .filter((parameters) => parameters.trim() !== '')
    .map((parameters) => /ppt="?([a-z-]+)/.exec(parameters)?.[1] ?? 'base');
  const verstat = /verstat=([A-Za-z-]+)/.exec(asserted!)?.[1] ?? '';
  return [{ calling: calling!, called: called!, verstat, identities, isSealed: sealed!.trim() !== '' }];
}
