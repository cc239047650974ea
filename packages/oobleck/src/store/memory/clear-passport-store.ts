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

const MAXIMUM_LETTERS = 268_435_456;

/** @param maximumLetters of all PASSporTs together, default 256 Mi */
export function createMemoryClearPassportStore(maximumLetters = MAXIMUM_LETTERS): MemoryClearPassportStore {
  const places = new Map<string, PublishedSet[]>();
  /** By the second in which something there ends. */
  const endings = new Map<number, Set<string>>();
  let letters = 0;

  const keep = (place: string, sets: readonly PublishedSet[]): void => {
    for (const set of sets) letters += lettersOf(set);
    for (const set of places.get(place) ?? []) letters -= lettersOf(set);
    if (sets.length === 0) places.delete(place);
    else places.set(place, [...sets]);
  };
  const sweep = (nowMs: number): void => {
    for (const [second, ended] of endings) {
      if (second * 1000 > nowMs) continue;
      endings.delete(second);
      for (const place of ended) keep(place, liveOf(places.get(place) ?? [], nowMs));
    }
  };
  const append = (place: string, set: PublishedSet): void => {
    const sets = places.get(place);
    if (sets === undefined) places.set(place, [set]);
    else sets.push(set);
    letters += lettersOf(set);
    const second = Math.ceil(set.expiresAtMs / 1000);
    const ended = endings.get(second);
    if (ended === undefined) endings.set(second, new Set([place]));
    else ended.add(place);
  };

  return {
    add(place, set) {
      const { publishedAtMs: nowMs } = set;
      const more = lettersOf(set);
      if (letters + more > maximumLetters) sweep(nowMs);
      const present = places.get(place);
      const same = present?.find((one) => isSame(one, set));
      if (same === undefined) {
        if (letters + more > maximumLetters) return 'full';
        append(place, set);
      } else {
        keep(
          place,
          present!.filter((one) => one !== same),
        );
        append(place, { ...set, expiresAtMs: Math.max(set.expiresAtMs, same.expiresAtMs) });
      }
      const sets = places.get(place)!;
      if (sets.length > MAXIMUM_SETS) keep(place, withRoom(sets, nowMs));
      return 'stored';
    },
    list: (place, nowMs) => liveOf(places.get(place) ?? [], nowMs).reverse(),
    sweep,
    get letters() {
      return letters;
    },
  };
}

function withRoom(sets: readonly PublishedSet[], nowMs: number): readonly PublishedSet[] {
  const live = liveOf(sets, nowMs);
  if (live.length <= MAXIMUM_SETS) return live;
  const replaced = chooseReplaced(live);
  return live.filter((one) => one !== replaced);
}

function isSame({ passports }: PublishedSet, other: PublishedSet): boolean {
  if (passports.length !== other.passports.length) return false;
  for (let at = 0; at < passports.length; at++) if (passports[at] !== other.passports[at]) return false;
  return true;
}

function liveOf(sets: readonly PublishedSet[], nowMs: number): PublishedSet[] {
  return sets.filter(({ expiresAtMs }) => expiresAtMs > nowMs);
}

function lettersOf({ passports }: PublishedSet): number {
  let letters = 0;
  for (let at = 0; at < passports.length; at++) letters += passports[at]!.length;
  return letters;
}
