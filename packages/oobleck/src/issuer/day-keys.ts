// One signing key per UTC day, made or loaded ahead of its day. Neighbouring days differ in the last byte of their key
// ids, since a token request names its key by that byte alone (RFC 9578 Section 6.5).

import type { TokenSigningKey } from '@oobleck/stir/crypto';
import { truncateKeyId } from '@oobleck/stir/token';
import type { IssuerParts } from './ports.ts';

export interface DayKey {
  readonly day: number;
  readonly key: TokenSigningKey;
  readonly truncatedKeyId: number;
}

type DayKeyParts = Pick<IssuerParts, 'crypto' | 'keys' | 'generateKey'>;

/** The keys of a day and of the day after it, today's first. */
export function createDayKeys(parts: DayKeyParts): (today: number) => Promise<readonly DayKey[]> {
  const known = new Map<number, Promise<DayKey>>();
  const keyOf = (day: number, before?: DayKey): Promise<DayKey> => {
    const ready = known.get(day) ?? prepare(parts, day, before);
    known.set(day, ready);
    ready.catch(() => known.delete(day));
    return ready;
  };
  return async (today) => {
    for (const day of known.keys()) if (day < today) known.delete(day);
    const first = await keyOf(today);
    return [first, await keyOf(today + 1, first)];
  };
}

async function prepare(parts: DayKeyParts, day: number, before?: DayKey): Promise<DayKey> {
  const stored = await parts.keys.load(day);
  if (stored !== undefined) return importKey(parts, day, stored);
  for (;;) {
    const { pkcs8 } = await parts.generateKey();
    if (importKey(parts, day, pkcs8).truncatedKeyId !== before?.truncatedKeyId)
      return importKey(parts, day, await parts.keys.save(day, pkcs8));
  }
}

function importKey({ crypto }: DayKeyParts, day: number, pkcs8: Uint8Array): DayKey {
  const key = crypto.importTokenSigningKey(pkcs8);
  return { day, key, truncatedKeyId: truncateKeyId(crypto.sha256(key.publicKey.spki)) };
}
