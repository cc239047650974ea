// What was tried for one call. Whoever saw a PASSporT can seal it again beside another certificate chain (RFC 8816
// Section 7.4), so a candidate is named by its PASSporTs and the chains that judge them: a copy is judged once, a copy
// beside another chain for itself. Places are given to what leads to a trust anchor only, and none is lost to a crowd
// about one PASSporT: beyond its share that waits until all others had their turn.

import type { Certificate } from '@oobleck/stir/certificate';
import type { ChainResult } from '../trust/index.ts';

export type Place = 'now' | 'later' | 'none';

export interface TriedCandidates {
  /**
   * Whether these PASSporTs were not tried with these chains before.
   * @param chains one for each PASSporT; what is yet to be fetched is found by what the PASSporT itself says
   */
  isNew(name: string, chains: readonly (ChainResult | Promise<ChainResult>)[]): boolean;
  /**
   * For chains that lead to trust anchors: when the signatures are checked.
   * @param isLast whether all others had their turn
   */
  placeFor(name: string, isLast: boolean): Place;
}

/** Candidates whose signatures are checked for one call. */
const MAXIMUM_CANDIDATES = 128;
/** Of these, about the same PASSporTs, before all others had their turn. */
const MAXIMUM_CHAINS = 8;

/** A chain, why there is none, or that it is waited for. */
type Judge = readonly Certificate[] | string;

interface Tried {
  readonly judges: (readonly Judge[])[];
  places: number;
}

export function createTriedCandidates(): TriedCandidates {
  /** Of nearly every call there is one candidate: found by itself, without hashing its name. */
  let first: string | undefined;
  const ofFirst: Tried = { judges: [], places: 0 };
  let others: Map<string, Tried> | undefined;
  let places = 0;
  let waiting = 0;
  const triedAs = (name: string): Tried => {
    first ??= name;
    if (name === first) return ofFirst;
    others ??= new Map();
    const known = others.get(name);
    if (known !== undefined) return known;
    const added: Tried = { judges: [], places: 0 };
    others.set(name, added);
    return added;
  };
  return {
    isNew(name, chains) {
      const { judges } = triedAs(name);
      const asked = chains.map(judgeOf);
      if (judges.some((known) => known.every((judge, at) => judge === asked[at]))) return false;
      judges.push(asked);
      return true;
    },
    placeFor(name, isLast) {
      const tried = triedAs(name);
      if (places === MAXIMUM_CANDIDATES) return 'none';
      if (!isLast && tried.places === MAXIMUM_CHAINS)
        return waiting++ < MAXIMUM_CANDIDATES ? 'later' : 'none';
      places++;
      tried.places++;
      return 'now';
    },
  };
}

/** The same bytes give the same chain, see `ChainSource`. */
function judgeOf(found: ChainResult | Promise<ChainResult>): Judge {
  if (found instanceof Promise) return 'awaited';
  return 'chain' in found ? found.chain : found.unavailable;
}
