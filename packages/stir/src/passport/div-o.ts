// The `div-o` extension (RFC 8946 Sections 5 and 6): a diversion that carries the PASSporT it diverts inside itself,
// made for ways without header fields of their own, out of band above all (RFC 8816 Section 6.2, G-04).

import type { JsonObject } from '../json/index.ts';
import { StirError } from '../stir-error.ts';
import { type Diversion, formatDiversion, parseDiversion } from './div.ts';

export interface NestedDiversion extends Diversion {
  /** `opt`: the earlier PASSporT, full form. It is parsed when a chain is made of it. */
  readonly original: string;
}

const FULL_FORM = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

/** RFC 8946 Section 6: `opt` MUST be full form, never compact. @throws StirError ERR_PASSPORT_FORMAT */
export function parseDivOClaims(payload: JsonObject): NestedDiversion {
  const { opt } = payload;
  if (typeof opt !== 'string' || !FULL_FORM.test(opt))
    throw new StirError('ERR_PASSPORT_FORMAT', 'opt is not a full-form PASSporT');
  return { ...parseDiversion(payload), original: opt };
}

export function formatNestedDiversion(diversion: NestedDiversion): JsonObject {
  return { ...formatDiversion(diversion), opt: diversion.original };
}
