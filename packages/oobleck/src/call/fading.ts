// What is known for a while: bounded, the oldest given up first, each entry no longer than its time. Entries end in about the
// order in which they came, so they lie in a ring, and a table of numbers tells where. It is no Map: that would keep every name
// it is asked about among the texts of the whole process, which for names that come once costs more than all the rest, and its
// entries would lie all over the memory.

import { createRandomHash } from './keyed-hash.ts';

/** By names whose first 16 letters tell nearly all of them apart, such as digests. */
export interface Fading<V> {
  /** `undefined` where there is none, or its time has come. */
  get(name: string, nowMs: number): V | undefined;
  /** Forgets some of what has ended, and the oldest where there is no room. What is set anew keeps its place among the others. */
  set(name: string, value: V, untilMs: number, nowMs: number): void;
  /** Whether what is set next would take the place of something that has not ended. */
  isFull(nowMs: number): boolean;
}

/** @param maximum entries kept, at least 1 */
export function createFading<V>(maximum: number): Fading<V> {
  return new FadingRing<V>(maximum);
}

/** Of what has ended: more than comes, and never so many that a call waits for it. */
const AT_A_TIME = 8;

/**
 * A class, so that all of them have one shape and what reads them is compiled for it. Tables of numbers are as large as they may have
 * to be from the beginning, so that nobody waits for one to be laid out anew; the system gives memory as it is written. The two lists
 * grow as lists do.
 */
class FadingRing<V> implements Fading<V> {
  private readonly maximum: number;
  /** A power of two. */
  private readonly capacity: number;
  private readonly names: (string | undefined)[] = [];
  private readonly values: (V | undefined)[] = [];
  private readonly untilMs: Float64Array;
  private readonly hashes: Uint32Array;
  /**
   * Twice as many places as entries. Each has a hash, and the number of the entry in the ring plus one, 0 for none; it is where
   * the hash says, or the next that was free.
   */
  private readonly places: Uint32Array;
  /** Number of the oldest entry, and how many there are from it on. */
  private oldest = 0;
  private size = 0;

  constructor(maximum: number) {
    this.maximum = Math.max(1, maximum);
    this.capacity = 2 ** Math.ceil(Math.log2(this.maximum));
    this.untilMs = new Float64Array(this.capacity);
    this.hashes = new Uint32Array(this.capacity);
    this.places = new Uint32Array(4 * this.capacity);
  }

  get(name: string, nowMs: number): V | undefined {
    const at = this.find(name, hashOf(name));
    return at !== -1 && this.untilMs[at]! > nowMs ? this.values[at] : undefined;
  }

  set(name: string, value: V, untilMs: number, nowMs: number): void {
    const hash = hashOf(name);
    const before = this.find(name, hash);
    if (before !== -1) this.write(before, value, untilMs);
    else {
      for (let step = 0; step < AT_A_TIME && this.isOver(nowMs); step++) this.forgetOldest();
      const at = (this.oldest + this.size++) & (this.capacity - 1);
      this.names[at] = name;
      this.hashes[at] = hash;
      this.write(at, value, untilMs);
      this.enter(at);
    }
  }

  isFull(nowMs: number): boolean {
    return this.size >= this.maximum && this.untilMs[this.oldest]! > nowMs;
  }

  private isOver(nowMs: number): boolean {
    return this.size > 0 && (this.untilMs[this.oldest]! <= nowMs || this.size >= this.maximum);
  }

  private write(at: number, value: V, untilMs: number): void {
    this.values[at] = value;
    this.untilMs[at] = untilMs;
  }

  private forgetOldest(): void {
    const { oldest } = this;
    this.leave(oldest);
    this.names[oldest] = undefined;
    this.values[oldest] = undefined;
    this.oldest = (oldest + 1) & (this.capacity - 1);
    this.size--;
  }

  private find(name: string, hash: number): number {
    const { places } = this;
    const mask = places.length - 1;
    for (let place = (2 * hash) & mask; places[place + 1] !== 0; place = (place + 2) & mask) {
      if (places[place] !== hash) continue;
      const at = places[place + 1]! - 1;
      if (this.names[at] === name) return at;
    }
    return -1;
  }

  private enter(at: number): void {
    const { places } = this;
    const mask = places.length - 1;
    const hash = this.hashes[at]!;
    let place = (2 * hash) & mask;
    while (places[place + 1] !== 0) place = (place + 2) & mask;
    places[place] = hash;
    places[place + 1] = at + 1;
  }

  /** Whatever would not be found any more past the place that is free now moves up. */
  private leave(at: number): void {
    const { places } = this;
    const mask = places.length - 1;
    let free = (2 * this.hashes[at]!) & mask;
    while (places[free + 1] !== at + 1) free = (free + 2) & mask;
    for (let place = (free + 2) & mask; places[place + 1] !== 0; place = (place + 2) & mask) {
      const wanted = (2 * places[place]!) & mask;
      if (((place - wanted) & mask) < ((place - free) & mask)) continue;
      places[free] = places[place]!;
      places[free + 1] = places[place + 1]!;
      free = place;
    }
    places[free + 1] = 0;
  }
}

/** Names are digests: so many letters tell them apart. */
const LETTERS = 16;
const keyed = createRandomHash((secret) => crypto.getRandomValues(secret));
const words = new Uint32Array(LETTERS / 4);

/** Keyed, since whoever makes calls chooses much of what they are named by, and must not aim many at one place. */
function hashOf(name: string): number {
  for (let word = 0; word < words.length; word++) {
    const at = 4 * word;
    words[word] =
      name.charCodeAt(at) |
      (name.charCodeAt(at + 1) << 8) |
      (name.charCodeAt(at + 2) << 16) |
      (name.charCodeAt(at + 3) << 24);
  }
  return keyed(words, 0, words.length);
}
