// Keys of the issuers a CPS accepts: one that is no longer published counts for the ten minutes of its grace.

import { expect, it } from 'vitest';
import type { SafeClient } from '../http/index.ts';
import type { Issuer, PublishedKey } from '../issuer/index.ts';
import { createKnownIssuers } from './known-issuers.ts';

const MIDNIGHT = 1_800_057_600;
const DAY = 86_400;

const keyOf = (day: number): PublishedKey => ({
  spki: Uint8Array.of(day),
  notBefore: MIDNIGHT + (day - 1) * DAY,
  notAfter: MIDNIGHT + day * DAY,
});

it('yesterday’s key stays until ten past midnight, across refreshes, and no longer', async () => {
  let now = MIDNIGHT - 60;
  const publishedKeys = async () => (now < MIDNIGHT ? [keyOf(0), keyOf(1)] : [keyOf(1), keyOf(2)]);
  const own = { name: 'issuer.example', publishedKeys } as unknown as Issuer;
  const known = createKnownIssuers(['issuer.example'], {} as SafeClient, own, () => now);
  const daysAt = async (at: number) => {
    now = at;
    expect(await known.refresh()).toBe(true);
    return known.of(['issuer.example'])[0]!.keys.map(({ spki }) => spki[0]);
  };
  expect(await daysAt(MIDNIGHT - 60)).toEqual([0, 1]);
  expect(await daysAt(MIDNIGHT + 5)).toEqual([1, 2, 0]);
  expect(await daysAt(MIDNIGHT + 599)).toEqual([1, 2, 0]);
  expect(await daysAt(MIDNIGHT + 600)).toEqual([1, 2]);
});
