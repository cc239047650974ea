// What a retargeting service signs when it sends a call on (RFC 8946 Sections 3 and 5): a `div` PASSporT that travels
// beside the earlier one, or a `div-o` PASSporT that carries it (G-04).

import { StirError } from '../stir-error.ts';
import { type Destinations, isSameParty, namesParty, type Party } from './parties.ts';
import type { Passport } from './passport.ts';
import type { PassportStatement } from './statement.ts';

export interface DiversionOrder {
  /** The destination of the earlier PASSporT that the call is diverted from; the signer holds it. */
  readonly from: Party;
  readonly to: Party;
  /** `div-o` carries the earlier PASSporT inside: for what goes out of band (RFC 8946 Section 5). */
  readonly extension: 'div' | 'div-o';
  /** Seconds since 1970; that of the earlier PASSporT where signaling keeps its date (RFC 8946 Section 3). */
  readonly issuedAt?: number;
  readonly historyIndex?: string;
}

/**
 * `undefined` where the destination does not change: then there MUST NOT be a new PASSporT (RFC 8946 Section 3). No
 * claim but `orig`, and `iat` by default, is copied.
 * @throws StirError ERR_PASSPORT_FORMAT where the earlier PASSporT was not for `from`
 */
export function divert(earlier: Passport, order: DiversionOrder): PassportStatement | undefined {
  const { from, to, extension, historyIndex } = order;
  if (isSameParty(from, to)) return undefined;
  if (!namesParty(earlier.destinations, from))
    throw new StirError('ERR_PASSPORT_FORMAT', 'a diversion from whom the call was not for');
  const diversion = { from, ...(historyIndex === undefined ? {} : { historyIndex }) };
  return {
    extension,
    originator: earlier.originator,
    destinations: destinationsOf(to),
    issuedAt: order.issuedAt ?? earlier.issuedAt,
    diversion: extension === 'div' ? diversion : { ...diversion, original: earlier.token },
  };
}

function destinationsOf(to: Party): Destinations {
  return to.kind === 'tn' ? { numbers: [to.number], uris: [] } : { numbers: [], uris: [to.uri] };
}
