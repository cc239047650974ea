// What every store of an issuer's keys and quotas has to do where several processes share it. Each adapter's test calls it.

import { describe, expect, it } from 'vitest';
import type { IssuerKeyStore, IssuerQuota } from '../issuer/index.ts';

export interface IssuerRecords {
  readonly keys: IssuerKeyStore;
  readonly quota: IssuerQuota;
}

export interface IssuerRecordsUnderTest {
  readonly records: IssuerRecords;
  /** A second view of the same records, as another process has it. */
  readonly other: IssuerRecords;
  close?(): Promise<void>;
}

/** @param create empty records */
export function testIssuerRecords(name: string, create: () => Promise<IssuerRecordsUnderTest>): void {
  describe(`${name}: issuer records`, () => {
    const run = async (play: (subject: IssuerRecordsUnderTest) => Promise<void>) => {
      const subject = await create();
      try {
        await play(subject);
      } finally {
        await subject.close?.();
      }
    };

    it('keep the first key of a day, for everybody', () =>
      run(async ({ records, other }) => {
        expect(await records.keys.load(19_000)).toBeUndefined();
        const views = [records, other, records];
        const saved = await Promise.all(views.map(({ keys }, i) => keys.save(19_000, Uint8Array.of(i, 9))));
        const kept = await other.keys.load(19_000);
        expect(kept).toHaveLength(2);
        for (const key of saved) expect(key).toEqual(kept);
        expect(await records.keys.load(19_001)).toBeUndefined();
      }));

    it('let a holder draw up to its limit a day, also when requests race', () =>
      run(async ({ records, other }) => {
        const draw = (i: number, holder = 'one', day = 19_000) =>
          (i % 2 === 0 ? records : other).quota.draw(holder, day, 3, 10);
        const drawn = await Promise.all(Array.from({ length: 8 }, (_, i) => draw(i)));
        expect(drawn.filter((isAllowed) => isAllowed)).toHaveLength(3);
        expect(await other.quota.draw('one', 19_000, 1, 10)).toBe(true);
        expect(await records.quota.draw('one', 19_000, 1, 10)).toBe(false);
        expect(await draw(0, 'two')).toBe(true);
        expect(await draw(0, 'one', 19_001)).toBe(true);
        expect(await draw(0, 'one', 19_005)).toBe(true);
      }));
  });
}
