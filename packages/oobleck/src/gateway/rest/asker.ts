// Who asks, and over which trunk: the trunk that a request names, as far as it is the asker's, else its tenant's first.

import type { JsonObject } from '@oobleck/stir/json';
import type { Trunk, TrunkTable } from '../trunk/index.ts';
import { AtisRefusal } from './atis-error.ts';

export interface Asker {
  readonly tenant: string;
  /** Names a call that has no `callId`. */
  readonly requestId: string;
  readonly trunks: TrunkTable;
  /** Seconds since 1970. */
  readonly now: number;
}

/** @throws AtisRefusal SVC4005 for a trunk that is not the asker's */
export function trunkOf(
  request: JsonObject,
  { tenant, trunks }: Asker,
  direction: 'outgoing' | 'incoming',
): Trunk {
  const { trunk: name } = request;
  if (name === undefined || name === null) return trunks.ofTenant(tenant, direction);
  const found = typeof name === 'string' ? trunks.byName(name) : undefined;
  if (found === undefined || found.tenant !== tenant) throw new AtisRefusal('SVC4005', 'trunk');
  return found;
}
