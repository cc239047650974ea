// The `div` extension (RFC 8946 Sections 3 and 4): a call meant for one number goes to another, and whoever sent it on
// says so. It refers to an earlier PASSporT that travels beside it; linking the two is done in verdict/.

import { isJsonObject, type JsonObject } from '../json/index.ts';
import { StirError } from '../stir-error.ts';
import { formatParty, type Party, partyOf } from './parties.ts';

export interface Diversion {
  /** `div`: the one destination of the earlier PASSporT that the call is diverted from. Its holder signs. */
  readonly from: Party;
  /** `hi`: the index of the History-Info entry (RFC 8946 Section 8). */
  readonly historyIndex?: string;
}

const HISTORY_INDEX = /^[0-9]{1,4}(\.[0-9]{1,4}){0,15}$/;

/**
 * `div` of either type; other members than those known here are allowed (RFC 8946 Section 3).
 * @throws StirError ERR_PASSPORT_FORMAT
 */
export function parseDiversion({ div }: JsonObject): Diversion {
  const from = isJsonObject(div) ? partyOf(div) : undefined;
  if (!isJsonObject(div) || from === undefined) throw refusal('div is not exactly one number or URI');
  const { hi } = div;
  if (hi === undefined) return { from };
  if (typeof hi !== 'string' || !HISTORY_INDEX.test(hi)) throw refusal('hi is not an index');
  return { from, historyIndex: hi };
}

/** RFC 8946 Section 3: a `div` PASSporT MUST NOT contain `opt`. @throws StirError ERR_PASSPORT_FORMAT */
export function parseDivClaims(payload: JsonObject): Diversion {
  if (payload.opt !== undefined) throw refusal('a div PASSporT with opt');
  return parseDiversion(payload);
}

export function formatDiversion({ from, historyIndex }: Diversion): JsonObject {
  return { div: { ...formatParty(from), ...(historyIndex === undefined ? {} : { hi: historyIndex }) } };
}

function refusal(message: string): StirError {
  return new StirError('ERR_PASSPORT_FORMAT', message);
}
