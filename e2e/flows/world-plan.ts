// What a test asks of its world: the ways of its calls, how many tokens there are, what is changed before anything starts.

import type { Lab } from '../../packages/oobleck/src/lab/lab-files.ts';
import type { Configuration } from '../../packages/oobleck/src/wiring/index.ts';
import type { TrunkName } from './trunks.ts';

export type NodeName =
  | 'alpha-services'
  | 'bravo-services'
  | 'alpha-calls'
  | 'bravo-calls'
  | 'legacy-calls'
  | 'in-band-calls'
  | 'centre-calls';

/** What a call passes on its way: a trunk asks Oobleck, `tdm` and `border` lose something, a diversion turns it. */
export type Passage =
  | TrunkName
  | 'tdm'
  | 'border'
  | 'nothing'
  | { readonly divert: TrunkName; readonly from: string; readonly to: string };
export type Routes = Readonly<Record<string, readonly Passage[]>>;

export interface WorldPlan {
  readonly routes: Routes;
  /** Of each carrier, for each CPS and day. */
  readonly tokens: number | { readonly alpha: number; readonly bravo: number };
  /** What one call waits for at most; left out, the defaults of every part. */
  readonly deadlineMs?: number;
  /** Processes that run; default all but the call centre. */
  readonly nodes?: readonly NodeName[];
  /** Routes that end at a port of the test instead of the called party. */
  readonly ends?: Readonly<Record<string, number>>;
  /** Before any process starts. */
  readonly prepare?: (lab: Lab) => Promise<void> | void;
  /** Changes to the configuration of a node. */
  readonly adapt?: (name: NodeName, configuration: Configuration) => Configuration;
}
