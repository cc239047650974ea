// The client's wallet: tokens for each CPS, drawn at random times in fixed amounts, short or not, so that neither when
// nor how many tells of calls. Nothing on the path of a call waits for an issuer: `take` answers from memory or not at all.

import type { Token } from '@oobleck/stir/token';
import { parseAuthority } from '@oobleck/stir/token';
import { drawTokens } from './token-draw.ts';
import { createTokenPouch, randomFraction, type TokenPouch } from './token-pouch.ts';
import { utcDay } from './utc-day.ts';
import type { Filling, WalletParts } from './wallet-ports.ts';

export interface WalletOptions {
  /** Held from the start; `open` adds others. */
  readonly cpsAuthorities: readonly string[];
  /** Drawn in one request, always this many; 32 by default, which is also the most. */
  readonly batchTokens?: number;
  /** Enough of one CPS and day; 256 by default. */
  readonly targetTokens?: number;
  /** Tokens younger than this are not spent; 600 by default. */
  readonly tokenMinimumAgeSeconds?: number;
  /** Mean time between two looks whether to fill; each is drawn between half of it and one and a half. 60 by default. */
  readonly fillIntervalSeconds?: number;
}

export interface Wallet {
  /** Exactly `count` tokens for that CPS, or `undefined`. Synchronous; a token is given out once. */
  take(cpsAuthority: string, count: number): readonly Token[] | undefined;
  /** Asks once, now, if there is not enough. The timers do the same. Never rejects. */
  fill(cpsAuthority: string): Promise<Filling>;
  /** Begins to hold tokens for a CPS; nothing where it does so already. @returns whether it is new */
  open(cpsAuthority: string): boolean;
  /** Tokens of today, of all purses, of any age. */
  level(): number;
  /** Begins to fill at random times. */
  start(): void;
  close(): void;
}

interface Purse {
  readonly cpsAuthority: string;
  readonly pouch: TokenPouch;
  filling?: Promise<Filling>;
}

/** Whose key is to sign; none where there is enough of all. */
type ChooseDay = (today: number) => number | undefined;

export function createWallet(parts: WalletParts, options: WalletOptions): Wallet {
  const { batchTokens = 32, targetTokens = 256, tokenMinimumAgeSeconds = 600 } = options;
  const { fillIntervalSeconds = 60 } = options;
  const purses = new Map<string, Purse>();
  const timers = new Map<Purse, () => void>();
  let isStarted = false;

  const fillOnce = async (purse: Purse, dayOf: ChooseDay): Promise<Filling> => {
    const day = dayOf(utcDay(parts.now()));
    const filling = await fillPurse(parts, purse, { batchTokens, targetTokens, day }).catch(
      (cause: unknown): Filling => ({ outcome: 'failed', tokens: 0, cause }),
    );
    parts.report?.({ cpsAuthority: purse.cpsAuthority, ...filling });
    return filling;
  };
  /** One filling of a purse at a time: whoever asks meanwhile gets the same answer. */
  const fill = (purse: Purse, dayOf: ChooseDay): Promise<Filling> => {
    purse.filling ??= fillOnce(purse, dayOf).finally(() => {
      purse.filling = undefined;
    });
    return purse.filling;
  };
  const shortDay =
    (purse: Purse): ChooseDay =>
    (today) =>
      [today, today + 1].find((one) => purse.pouch.count(one) < targetTokens);
  /** By its timer a wallet draws whether it is short or not, of either day alike: a draw must not tell of a call. */
  const anyDay: ChooseDay = (today) => today + (randomFraction(parts.crypto) < 0.5 ? 0 : 1);
  const scheduleNext = (purse: Purse): void => {
    const delayMs = fillIntervalSeconds * 1000 * (0.5 + randomFraction(parts.crypto));
    const cancel = parts.schedule(() => {
      scheduleNext(purse);
      void fill(purse, anyDay);
    }, delayMs);
    timers.set(purse, cancel);
  };
  const open = (authority: string): boolean => {
    const cpsAuthority = parseAuthority(authority);
    if (purses.has(cpsAuthority)) return false;
    const purse = { cpsAuthority, pouch: createTokenPouch(parts.crypto, tokenMinimumAgeSeconds) };
    purses.set(cpsAuthority, purse);
    if (isStarted) scheduleNext(purse);
    return true;
  };
  for (const authority of options.cpsAuthorities) open(authority);
  return {
    open,
    take: (cpsAuthority, count) => purses.get(cpsAuthority)?.pouch.take(count, parts.now()),
    async fill(cpsAuthority) {
      const purse = purses.get(cpsAuthority);
      return purse === undefined ? { outcome: 'no-issuer', tokens: 0 } : fill(purse, shortDay(purse));
    },
    level() {
      const today = utcDay(parts.now());
      return [...purses.values()].reduce((sum, { pouch }) => sum + pouch.count(today), 0);
    },
    start() {
      isStarted = true;
      for (const purse of purses.values()) if (!timers.has(purse)) scheduleNext(purse);
    },
    close() {
      isStarted = false;
      for (const cancel of timers.values()) cancel();
      timers.clear();
    },
  };
}

interface Draw {
  readonly batchTokens: number;
  readonly targetTokens: number;
  /** Whose key signs; none where there is enough of all. */
  readonly day: number | undefined;
}

async function fillPurse(
  parts: WalletParts,
  { cpsAuthority, pouch }: Purse,
  { batchTokens, targetTokens, day }: Draw,
): Promise<Filling> {
  if (day === undefined) return { outcome: 'full', tokens: 0 };
  const issuers = parts.issuersInMirror(cpsAuthority);
  const issuer = issuers[Math.floor(randomFraction(parts.crypto) * issuers.length)];
  if (issuer === undefined) return { outcome: 'no-issuer', tokens: 0 };
  const result = await drawTokens(parts, { cpsAuthority, issuer, day, count: batchTokens });
  if ('fault' in result) return { outcome: result.fault, tokens: 0 };
  // Tokens that were not needed are thrown away: what is kept must not change what is asked for.
  if (pouch.count(day) >= targetTokens) return { outcome: 'full', tokens: 0 };
  pouch.add(day, result.tokens, parts.now());
  return { outcome: 'filled', tokens: result.tokens.length };
}
