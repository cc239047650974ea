// Certificate chains that came with PASSporTs: the same bytes give the same chain, so that what was found out about it
// is known again. Chains are found by a hash of all their bytes; those seen lately, which is nearly every call's, already
// by the end of the first certificate, its signature, and then compared byte for byte.

import { Buffer } from 'node:buffer';
import { concatBytes } from '@oobleck/stir/bytes';
import type { Certificate } from '@oobleck/stir/certificate';
import type { Crypto } from '@oobleck/stir/crypto';
import { createBoundedCache } from './bounded-cache.ts';

export interface CarriedChains {
  /** `undefined` where there is none, or its time has come. */
  find(ders: readonly Uint8Array[], nowMs: number): readonly Certificate[] | undefined;
  /** The bytes of the certificates have to stay as they are. */
  keep(chain: readonly Certificate[], expiresAtMs: number): void;
}

interface Recent {
  readonly ders: readonly Uint8Array[];
  readonly key: string;
}

/** Places for chains seen lately. Whoever aims at the place of another's chain costs it one hash a call. */
const PLACES = 1_024;

/** @param capacity how many chains are kept, the least recently used given up first */
export function createCarriedChains(crypto: Pick<Crypto, 'sha256Name'>, capacity: number): CarriedChains {
  const chains = createBoundedCache<readonly Certificate[]>(capacity);
  const recent = new Array<Recent | undefined>(PLACES).fill(undefined);
  return {
    find(ders, nowMs) {
      const place = placeOf(ders);
      const lately = recent[place];
      if (lately !== undefined && isSame(lately.ders, ders)) return chains.get(lately.key, nowMs);
      const key = keyOf(ders, crypto);
      const chain = chains.get(key, nowMs);
      if (chain !== undefined) recent[place] = { ders: dersOf(chain), key };
      return chain;
    },
    keep(chain, expiresAtMs) {
      const ders = dersOf(chain);
      const key = keyOf(ders, crypto);
      chains.set(key, chain, expiresAtMs);
      recent[placeOf(ders)] = { ders, key };
    },
  };
}

function dersOf(chain: readonly Certificate[]): readonly Uint8Array[] {
  return chain.map(({ der }) => der);
}

function placeOf(ders: readonly Uint8Array[]): number {
  const first = ders[0];
  if (first === undefined || first.length < 2) return 0;
  return (first[first.length - 1]! | (first[first.length - 2]! << 8)) % PLACES;
}

function isSame(some: readonly Uint8Array[], others: readonly Uint8Array[]): boolean {
  if (some.length !== others.length) return false;
  for (let at = 0; at < some.length; at++) if (Buffer.compare(some[at]!, others[at]!) !== 0) return false;
  return true;
}

/** One hash of one piece. */
function keyOf(ders: readonly Uint8Array[], crypto: Pick<Crypto, 'sha256Name'>): string {
  const framed = concatBytes(...ders.flatMap((der) => [lengthOf(der), der]));
  return crypto.sha256Name(framed);
}

/** Between two certificates, so that no two lists hash alike. */
function lengthOf({ length }: Uint8Array): Uint8Array {
  return new Uint8Array([length >>> 24, length >>> 16, length >>> 8, length]);
}
