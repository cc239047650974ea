// The laboratory running in this process: both carriers with all their roles, real HTTPS on loopback between them, and
// a telephone leg that carries two numbers and nothing else.

import type { PlacedCall } from '@oobleck/stir/call';
import { createEventLog } from '../operate/index.ts';
import { type RunningNode, startNode } from '../wiring/index.ts';
import { createDepositor, type Depositor } from './depositor.ts';
import { type Lab, type LabCarrier, writeLab } from './lab-files.ts';

export interface RunningCarrier {
  readonly origin: string;
  /** CPS, issuer, directory, certificates. */
  readonly services: RunningNode;
  /** Authentication and verification. */
  readonly calls: RunningNode;
}

export interface RunningLab {
  readonly lab: Lab;
  readonly alpha: RunningCarrier;
  readonly bravo: RunningCarrier;
  /** Somebody with a certificate for numbers of its own, and tokens. */
  readonly stranger: Depositor;
  /** Somebody at Alpha who seals by hand. */
  readonly insider: Depositor;
  close(): Promise<void>;
}

/** What is left of a call after the telephone network: Identity and everything else is gone. */
export interface TdmCall {
  readonly caller: string;
  readonly called: string;
}

export function crossTdm(call: PlacedCall): TdmCall {
  return { caller: call.originator, called: call.destinations[0]! };
}

/** Writes a lab into `folder` and starts it. Resolves when a call can be verified. */
export async function startLab(folder: string): Promise<RunningLab> {
  const lab = await writeLab(folder, Date.now());
  const log = createEventLog({ level: 'silent' });
  const start = async ({ origin, services, calls }: LabCarrier): Promise<RunningCarrier> => ({
    origin,
    services: await startNode(services, folder, { log }),
    calls: await startNode(calls, folder, { log }),
  });
  const [alpha, bravo] = await Promise.all([start(lab.alpha), start(lab.bravo)]);
  const stranger = createDepositor(lab, 'stranger');
  const insider = createDepositor(lab, 'alpha');
  await Promise.all([alpha.calls.called!.renew(), bravo.calls.called!.renew()]);
  await Promise.all([alpha.calls.calling!.refresh(), stranger.refresh(), insider.refresh()]);
  return {
    lab,
    alpha,
    bravo,
    stranger,
    insider,
    async close() {
      await Promise.all([stranger.close(), insider.close()]);
      for (const node of [alpha.calls, bravo.calls, alpha.services, bravo.services]) await node.close();
    },
  };
}
