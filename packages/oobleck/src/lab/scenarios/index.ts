import {
  besideJunk,
  forgedInBand,
  forgedOutOfBand,
  spoofed,
  stale,
  untrustedCa,
  wrongCallee,
} from './forged.ts';
import { cpsDown, genuine, inBand } from './honest.ts';
import type { Scenario } from './scenario.ts';
import { beacon, poller, secondCall } from './watched.ts';

/** All scenarios in the order of play; the last one stops a CPS. */
export const SCENARIOS: readonly Scenario[] = [
  genuine,
  inBand,
  spoofed,
  forgedOutOfBand,
  forgedInBand,
  besideJunk,
  wrongCallee,
  stale,
  untrustedCa,
  secondCall,
  beacon,
  poller,
  cpsDown,
];

export type { Party, Scenario, ScenarioResult, Step } from './scenario.ts';
