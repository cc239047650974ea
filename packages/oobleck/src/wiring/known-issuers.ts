// The token keys of the issuers that a CPS accepts: of an issuer in this process directly, of others from their
// directories, looked at again every few minutes.

import { ISSUER_DIRECTORY_PATH, parseIssuerDirectory } from '@oobleck/stir/token';
import type { SafeClient } from '../http/index.ts';
import { type AcceptedIssuer, GRACE_SECONDS, type Issuer, type PublishedKey } from '../issuer/index.ts';

export interface KnownIssuers {
  /** What is known now; an issuer never reached has no keys. */
  of(names: readonly string[]): readonly AcceptedIssuer[];
  /** @returns whether every issuer was reached */
  refresh(): Promise<boolean>;
}

const DAY_SECONDS = 86_400;
const DEADLINE_MS = 10_000;
const MAXIMUM_DIRECTORY = 65_536;

export function createKnownIssuers(
  names: readonly string[],
  client: SafeClient,
  own: Issuer | undefined,
  now: () => number,
): KnownIssuers {
  const keys = new Map<string, readonly PublishedKey[]>();
  const refreshOne = async (name: string): Promise<boolean> => {
    try {
      const published = name === own?.name ? await own.publishedKeys() : await fetchKeys(client, name, now());
      keys.set(name, withGrace(keys.get(name) ?? [], published, now()));
      return true;
    } catch {
      return false;
    }
  };
  return {
    of: (wanted) => wanted.map((name) => ({ name, keys: keys.get(name) ?? [] })),
    refresh: async () =>
      (await Promise.all([...new Set(names)].map(refreshOne))).every((isReached) => isReached),
  };
}

/** Yesterday's key is no longer published, and its tokens are taken for ten minutes more. */
function withGrace(
  before: readonly PublishedKey[],
  published: readonly PublishedKey[],
  now: number,
): readonly PublishedKey[] {
  const isPublished = (key: PublishedKey): boolean =>
    published.some(({ spki }) => Buffer.compare(spki, key.spki) === 0);
  const fading = before.filter((key) => !isPublished(key) && key.notAfter + GRACE_SECONDS > now);
  return [...published, ...fading];
}

/** One key a UTC day: a key is good for the day it begins in. */
async function fetchKeys(client: SafeClient, name: string, now: number): Promise<readonly PublishedKey[]> {
  const { status, body } = await client.request({
    method: 'GET',
    url: `https://${name}${ISSUER_DIRECTORY_PATH}`,
    deadlineMs: DEADLINE_MS,
    maxResponseBytes: MAXIMUM_DIRECTORY,
  });
  if (status !== 200) throw new Error('no issuer directory');
  return parseIssuerDirectory(body).keys.map(({ spki, notBefore }) => {
    const begins = notBefore ?? now - (now % DAY_SECONDS);
    return { spki, notBefore: begins, notAfter: begins - (begins % DAY_SECONDS) + DAY_SECONDS };
  });
}
