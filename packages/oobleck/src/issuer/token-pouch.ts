// Tokens at hand for one CPS, by the day of their key. Taken at random among those old enough, so that the order of
// spending says nothing about the order of issuing (RFC 9576 Section 7.1 on hoarding, Section 4.1 on separation in time).

import type { Crypto } from '@oobleck/stir/crypto';
import type { Token } from '@oobleck/stir/token';
import { dayStart, GRACE_SECONDS, utcDay } from './utc-day.ts';

export interface TokenPouch {
  /** Tokens of that day, of any age. */
  count(day: number): number;
  add(day: number, tokens: readonly Token[], now: number): void;
  /** Exactly `count`, each once ever; `undefined` where fewer are old enough, and then none is gone. */
  take(count: number, now: number): readonly Token[] | undefined;
}

/** Tokens of one day: those old enough, and those still waiting, oldest first. */
interface DayPouch {
  readonly ripe: Token[];
  readonly waiting: { readonly token: Token; readonly since: number }[];
}

/** Clocks differ: the last minute of the ten after midnight is not relied on. */
const GRACE_RELIED_ON_SECONDS = GRACE_SECONDS - 60;

export function createTokenPouch(crypto: Pick<Crypto, 'randomBytes'>, minimumAgeSeconds: number): TokenPouch {
  const byDay = new Map<number, DayPouch>();
  const pouchOf = (day: number): DayPouch => {
    const pouch = byDay.get(day) ?? { ripe: [], waiting: [] };
    byDay.set(day, pouch);
    return pouch;
  };
  return {
    count(day) {
      const pouch = byDay.get(day);
      return pouch === undefined ? 0 : pouch.ripe.length + pouch.waiting.length;
    },
    add(day, tokens, now) {
      for (const token of tokens) pouchOf(day).waiting.push({ token, since: now });
    },
    take(count, now) {
      const today = utcDay(now);
      for (const day of byDay.keys()) if (day < today - 1) byDay.delete(day);
      const inGrace = now < dayStart(today) + GRACE_RELIED_ON_SECONDS;
      for (const day of inGrace ? [today, today - 1] : [today]) {
        const pouch = pouchOf(day);
        ripen(pouch, now - minimumAgeSeconds);
        if (pouch.ripe.length >= count)
          return Array.from({ length: count }, () => takeAtRandom(crypto, pouch.ripe));
      }
      return undefined;
    },
  };
}

/** Moves over what came by `latest`. */
function ripen({ ripe, waiting }: DayPouch, latest: number): void {
  const young = waiting.findIndex(({ since }) => since > latest);
  for (const { token } of waiting.splice(0, young === -1 ? waiting.length : young)) ripe.push(token);
}

/** The last one fills the gap, so that a full pouch is as quick as an empty one. */
function takeAtRandom(crypto: Pick<Crypto, 'randomBytes'>, ripe: Token[]): Token {
  const at = Math.floor(randomFraction(crypto) * ripe.length);
  const taken = ripe[at]!;
  const last = ripe.pop()!;
  if (at < ripe.length) ripe[at] = last;
  return taken;
}

/** Uniform in [0, 1), 48 bits. */
export function randomFraction(crypto: Pick<Crypto, 'randomBytes'>): number {
  return crypto.randomBytes(6).reduce((value, byte) => value * 256 + byte, 0) / 2 ** 48;
}
