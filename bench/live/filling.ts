// Deposits laid into the stores directly, each of 2048 bytes with a spent token and names of its own, over all shards of
// many mailboxes: what a nation's calls leave, faster than clients could bring it.

import { randomFillSync } from 'node:crypto';
import { encodeBase64url } from '@oobleck/stir/bytes';
import type { MemoryMailboxStore } from '../../packages/oobleck/src/store/memory/mailbox-store.ts';
import type { MemorySpentTokens } from '../../packages/oobleck/src/store/memory/spent-tokens.ts';
import { EXPIRY_SECONDS, MAILBOX_IDS, SHARDS } from './orders.ts';

/** Long, so that nothing expires before it is told to. */
const LIFETIME_MS = 3_600_000;
const SLICE = 2_000;
const DAY_SECONDS = 86_400;
const KEY_ID = 'key';

export interface Filling {
  readonly lifetimeMs: number;
  /** Adds until there are so many. */
  fillTo(count: number): Promise<void>;
}

/** @param now milliseconds since 1970 */
export function createFilling(
  store: MemoryMailboxStore,
  spent: MemorySpentTokens,
  now: () => number,
): Filling {
  const word = Buffer.alloc(32);
  const name = (): string => randomFillSync(word).toString('base64url');
  const boxes = MAILBOX_IDS.map((id) => encodeBase64url(id));
  const bytes = randomFillSync(new Uint8Array(2_048));
  const expiresFromMs = now() + LIFETIME_MS;
  let filled = 0;
  const add = (): void => {
    const nowMs = now();
    const id = name();
    const acceptUntil = Math.ceil(nowMs / (1000 * DAY_SECONDS)) * DAY_SECONDS + DAY_SECONDS;
    spent.spend([{ keyId: KEY_ID, nonce: randomFillSync(new Uint8Array(32)), acceptUntil }], id);
    randomFillSync(bytes, 0, 16);
    store.add(`${boxes[filled % boxes.length]}/${Math.floor(Math.random() * SHARDS)}`, {
      id,
      bytes,
      hash: randomFillSync(new Uint8Array(32)),
      depositedAtMs: nowMs,
      expiresAtMs: expiresFromMs + Math.random() * EXPIRY_SECONDS * 1000,
      stake: 0,
      retractHash: name(),
    });
    filled++;
  };
  return {
    lifetimeMs: LIFETIME_MS,
    async fillTo(count) {
      while (filled < count) {
        for (let at = 0; at < SLICE && filled < count; at++) add();
        await new Promise(setImmediate);
      }
    },
  };
}
