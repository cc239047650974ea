// PASSporTs that go to a neighbour in clear (ATIS-1000096, ATIS-1000105), where a rule of the operator says so: beside the
// sealed copies or instead of them. A number whose owner has pinned it to the sealed profile is never sent in clear.

import { StirError } from '@oobleck/stir';
import type { TelephoneNumber } from '@oobleck/stir/number';
import { type Party, parsePassport } from '@oobleck/stir/passport';
import type { AuthenticationParts, ClearRoute } from './parts.ts';

/** On whose behalf, and by which trunk, something is left. */
export interface Leaving {
  readonly tenant: string;
  /** Names of peers that the trunk of the call adds. */
  readonly peers?: readonly string[] | undefined;
  /** Whether it is stored only where each copy is, sealed and in clear; else where one is. */
  readonly isAllNeeded?: boolean | undefined;
}

export interface ClearResult {
  readonly outcome: 'stored' | 'refused' | 'unavailable';
}

export interface ClearPublications {
  /** Called numbers of which nothing is to be left sealed. */
  readonly instead: ReadonlySet<TelephoneNumber>;
  readonly results: readonly Promise<ClearResult>[];
}

const NOTHING: ClearPublications = { instead: new Set(), results: [] };

export function publishClear(
  parts: Pick<AuthenticationParts, 'clear' | 'keys'>,
  called: readonly TelephoneNumber[],
  passports: readonly string[],
  leaving: Leaving,
  deadlineMs: number,
): ClearPublications {
  if (parts.clear === undefined) return NOTHING;
  const routes = called.flatMap((number) => {
    const route = routeFor(parts, number, leaving);
    return route === undefined ? [] : [{ number, route }];
  });
  const caller = routes.length === 0 ? undefined : callerOf(passports);
  if (caller === undefined) return NOTHING;
  return {
    instead: new Set(routes.flatMap(({ number, route }) => (route.isInstead ? [number] : []))),
    results: routes.flatMap(({ number, route }) => {
      const pair = { called: { kind: 'tn', number } as const, caller };
      return route.peers.map(async (peer) => ({ outcome: await peer.publish(pair, passports, deadlineMs) }));
    }),
  };
}

/** `only` of a key credential: never send calls for these numbers in clear. */
function routeFor(
  { clear, keys }: Pick<AuthenticationParts, 'clear' | 'keys'>,
  called: TelephoneNumber,
  { tenant, peers }: Leaving,
): ClearRoute | undefined {
  const route = clear?.routeFor({ tenant, called, peers });
  if (route === undefined || route.peers.length === 0) return undefined;
  return keys.keysFor(called).some(({ credential }) => credential.only) ? undefined : route;
}

/** `orig`, which all PASSporTs of a call share. */
function callerOf(passports: readonly string[]): Party | undefined {
  try {
    return passports[0] === undefined ? undefined : parsePassport(passports[0]).originator;
  } catch (error) {
    if (error instanceof StirError) return undefined;
    throw error;
  }
}
