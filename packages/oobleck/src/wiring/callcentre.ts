// The interface of a call centre in a process: agents see the calls that are told over HTTP and those of every switch.

import { randomUUID } from 'node:crypto';
import { StirError } from '@oobleck/stir';
import type { ArrivedCall } from '@oobleck/stir/call';
import type { DialPlan } from '@oobleck/stir/number';
import {
  addCallCentreRoutes,
  type CallCentre,
  createCorrelator,
  createEventBoard,
  observeCallPath,
} from '../gateway/callcentre/index.ts';
import type { Access } from '../gateway/rest/index.ts';
import { arrivedCall, type CallPath, type OfferedCall } from '../gateway/trunk/index.ts';
import type { FastifyApp } from '../http/index.ts';
import type { CalledSide } from './called-side.ts';
import type { CallCentreConfiguration } from './configuration-callcentre.ts';
import type { Environment } from './environment.ts';

export interface CallCentreService {
  /** The same path; agents see what arrives on it. */
  observe(path: CallPath): CallPath;
  mount(app: FastifyApp, access: Access, dialPlan: DialPlan | undefined): CallCentre;
}

const WAIT_MS = 10_000;

export function startCallCentre(
  options: CallCentreConfiguration,
  { crypto, now, seconds, timers }: Environment,
  called: CalledSide,
): CallCentreService {
  const { waitMs = WAIT_MS, waitingCalls, keptEvents, listeners, heartbeatMs } = options;
  const board = createEventBoard(randomUUID(), keptEvents);
  const correlator = createCorrelator(
    { crypto, verification: called.patientService(waitMs), board, now },
    waitingCalls === undefined ? {} : { waitingCalls },
  );
  return {
    observe: (path) => observeCallPath(path, correlator, (offer) => callOf(offer, seconds())),
    mount: (app, access, dialPlan) =>
      addCallCentreRoutes(
        app,
        { correlator, board, access, now, schedule: timers.schedule, dialPlan },
        {
          ...(listeners === undefined ? {} : { listeners }),
          ...(heartbeatMs === undefined ? {} : { heartbeatMs }),
        },
      ),
  };
}

/** What a trunk that is off carries is nobody's business here. */
function callOf(offer: OfferedCall, now: number): ArrivedCall | undefined {
  if (!offer.trunk.isOn) return undefined;
  try {
    return arrivedCall(offer, now);
  } catch (error) {
    if (error instanceof StirError) return undefined;
    throw error;
  }
}
