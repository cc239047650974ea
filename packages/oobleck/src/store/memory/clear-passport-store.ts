// PASSporTs published in clear, in memory, for one process. What has expired is invisible at once; it is forgotten by the
// second in which it ended. Bounded in sets at a place, and in letters altogether.

import {
  type ClearPassportStore,
  chooseReplaced,
  MAXIMUM_SETS,
  type PublishedSet,
} from '../../cps/profiles/atis/index.ts';

export interface MemoryClearPassportStore extends ClearPassportStore {
  add(place: string, set: PublishedSet): 'stored' | 'full';
  list(place: string, nowMs: number): readonly PublishedSet[];
  /** Forgets what has expired. */
  sweep(nowMs: number): void;
  /** Letters of the PASSporTs kept, expired ones not yet swept included. */
  readonly letters: number;
}

interface Place {
  readonly name: string;
  /** In the order they came. */
  readonly sets: PublishedSet[];
}

const MAXIMUM_LETTERS = 268_435_456;

/** @param maximumLetters of all PASSporTs together, default 256 Mi */
export function createMemoryClearPassportStore(maximumLetters = MAXIMUM_LETTERS): MemoryClearPassportStore {
  const places = new Map<string, Place>();
  /** By the second in which something there ends. */
  const endings = new Map<number, Set<Place>>();
  let letters = 0;

  const remove = ({ sets }: Place, at: number): void => {
    letters -= lettersOf(sets[at]!);
    sets.splice(at, 1);
  };
  const append = (place: Place, set: PublishedSet): void => {
    place.sets.push(set);
    letters += lettersOf(set);
    const second = Math.ceil(set.expiresAtMs / 1000);
    const ended = endings.get(second);
    if (ended === undefined) endings.set(second, new Set([place]));
    else ended.add(place);
  };
  const placeOf = (name: string): Place => {
    const known = places.get(name);
    if (known !== undefined) return known;
    const place = { name, sets: [] };
    places.set(name, place);
    return place;
  };
  const forget = (place: Place, nowMs: number): void => {
    for (let at = place.sets.length - 1; at >= 0; at--)
      if (place.sets[at]!.expiresAtMs <= nowMs) remove(place, at);
    // It may have been forgotten before, and another be there by its name.
    if (place.sets.length === 0 && places.get(place.name) === place) places.delete(place.name);
  };
  const sweep = (nowMs: number): void => {
    for (const [second, ended] of endings) {
      if (second * 1000 > nowMs) continue;
      endings.delete(second);
      for (const place of ended) forget(place, nowMs);
    }
  };

  return {
    add(name, set) {
      const { publishedAtMs: nowMs, expiresAtMs } = set;
      const more = lettersOf(set);
      if (letters + more > maximumLetters) sweep(nowMs);
      const same = indexOfSame(places.get(name), set);
      if (same === -1 && letters + more > maximumLetters) return 'full';
      const place = placeOf(name);
      const { sets } = place;
      if (same === -1) append(place, set);
      else {
        const before = sets[same]!.expiresAtMs;
        remove(place, same);
        append(place, before > expiresAtMs ? { ...set, expiresAtMs: before } : set);
      }
      if (sets.length > MAXIMUM_SETS) remove(place, indexOfReplaced(sets, nowMs));
      return 'stored';
    },
    list: (name, nowMs) => liveOf(places.get(name)?.sets ?? [], nowMs),
    sweep,
    get letters() {
      return letters;
    },
  };
}

function indexOfSame(place: Place | undefined, { digest }: PublishedSet): number {
  if (place === undefined) return -1;
  const { sets } = place;
  let at = sets.length - 1;
  while (at >= 0 && sets[at]!.digest !== digest) at--;
  return at;
}

/** What has ended, before what has not. */
function indexOfReplaced(sets: readonly PublishedSet[], nowMs: number): number {
  const ended = sets.findIndex(({ expiresAtMs }) => expiresAtMs <= nowMs);
  return ended === -1 ? sets.indexOf(chooseReplaced(sets)) : ended;
}

/** The newest first. */
function liveOf(sets: readonly PublishedSet[], nowMs: number): readonly PublishedSet[] {
  const live: PublishedSet[] = [];
  for (let at = sets.length - 1; at >= 0; at--) if (sets[at]!.expiresAtMs > nowMs) live.push(sets[at]!);
  return live;
}

function lettersOf({ passports }: PublishedSet): number {
  let letters = 0;
  for (let at = 0; at < passports.length; at++) letters += passports[at]!.length;
  return letters;
}
