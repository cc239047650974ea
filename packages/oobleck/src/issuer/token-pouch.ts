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

interface HeldToken {
  readonly token: Token;
  readonly since: number;
}

/** Clocks differ: the last minute of the ten after midnight is not relied on. */
const GRACE_RELIED_ON_SECONDS = GRACE_SECONDS - 60;

export function createTokenPouch(crypto: Pick<Crypto, 'randomBytes'>, minimumAgeSeconds: number): TokenPouch {
  const byDay = new Map<number, HeldToken[]>();
  return {
    count: (day) => byDay.get(day)?.length ?? 0,
    add(day, tokens, now) {
      const held = byDay.get(day) ?? [];
      byDay.set(day, held);
      for (const token of tokens) held.push({ token, since: now });
    },
    take(count, now) {
      const today = utcDay(now);
      for (const day of byDay.keys()) if (day < today - 1) byDay.delete(day);
      const inGrace = now < dayStart(today) + GRACE_RELIED_ON_SECONDS;
      for (const day of inGrace ? [today, today - 1] : [today]) {
        const held = byDay.get(day) ?? [];
        const ripe = held.filter(({ since }) => now - since >= minimumAgeSeconds);
        if (ripe.length < count) continue;
        const chosen = new Set(pick(crypto, ripe, count));
        byDay.set(
          day,
          held.filter((one) => !chosen.has(one)),
        );
        return [...chosen].map(({ token }) => token);
      }
      return undefined;
    },
  };
}

function pick(crypto: Pick<Crypto, 'randomBytes'>, from: HeldToken[], count: number): HeldToken[] {
  const left = [...from];
  return Array.from({ length: count }, () => {
    const at = Math.floor(randomFraction(crypto) * left.length);
    const [one] = left.splice(at, 1);
    return one!;
  });
}

/** Uniform in [0, 1), 48 bits. */
export function randomFraction(crypto: Pick<Crypto, 'randomBytes'>): number {
  return crypto.randomBytes(6).reduce((value, byte) => value * 256 + byte, 0) / 2 ** 48;
}
