import { createHash } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFading } from './fading.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');
const NAMES = Array.from({ length: 41 }, (_, at) => createHash('sha256').update(`${at}`).digest('base64url'));

describe('what is known for a while', () => {
  it('ends at its time, and gives way to what is newer where there is no room', () => {
    const fading = createFading<number>(3);
    for (let i = 0; i < 3; i++) fading.set(`n${i}`, i, 100 + i, 0);
    expect([fading.get('n0', 99), fading.get('n0', 100), fading.get('n1', 100)]).toEqual([0, undefined, 1]);
    fading.set('n3', 3, 200, 50);
    expect([0, 1, 2, 3].map((i) => fading.get(`n${i}`, 50))).toEqual([undefined, 1, 2, 3]);
  });

  it('what is set anew has its new value and time, in the place of what it was', () => {
    const fading = createFading<string>(3);
    for (const name of ['a', 'b', 'c']) fading.set(name, name, 100, 0);
    fading.set('a', 'A', 200, 0);
    expect([fading.get('a', 0), fading.get('a', 199), fading.get('b', 100)]).toEqual(['A', 'A', undefined]);
    fading.set('d', 'd', 100, 0);
    expect(['a', 'b', 'c', 'd'].map((name) => fading.get(name, 0))).toEqual([undefined, 'b', 'c', 'd']);
  });

  it('keeps the newest, and all of them, when it has been empty in between and has forgotten many', () => {
    const maximum = 1_000;
    const fading = createFading<number>(maximum);
    for (let round = 0; round < 5; round++) {
      const nowMs = round * 1_000;
      const first = round * 3 * maximum;
      for (let i = first; i < first + 3 * maximum; i++) fading.set(`n${i}`, i, nowMs + 500, nowMs);
      const last = first + 3 * maximum;
      for (let i = last - maximum; i < last; i++) expect(fading.get(`n${i}`, nowMs)).toBe(i);
      expect(fading.get(`n${last - maximum - 1}`, nowMs)).toBeUndefined();
    }
  });

  it('knows what a list would know, whatever comes in whatever order', () => {
    const operation = fc.record({
      name: fc.integer({ min: 0, max: 40 }).map((at) => NAMES[at]!),
      lives: fc.integer({ min: 0, max: 30 }),
      waits: fc.integer({ min: 0, max: 3 }),
    });
    const maximum = fc.integer({ min: 1, max: 200 });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 400 }), maximum, (operations, most) => {
        const fading = createFading<number>(most);
        /** Oldest first. */
        const known: { name: string; value: number; untilMs: number }[] = [];
        let nowMs = 0;
        for (const [value, { name, lives, waits }] of operations.entries()) {
          nowMs += waits;
          const entry = { name, value, untilMs: nowMs + lives };
          const before = known.findIndex((one) => one.name === name);
          if (before !== -1) known[before] = entry;
          else {
            const isOver = () => known.length > 0 && (known[0]!.untilMs <= nowMs || known.length === most);
            for (let step = 0; step < 8 && isOver(); step++) known.shift();
            known.push(entry);
          }
          fading.set(name, value, nowMs + lives, nowMs);
          for (const one of NAMES) {
            const there = known.find((other) => other.name === one && other.untilMs > nowMs);
            expect(fading.get(one, nowMs)).toBe(there?.value);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('finds each of many, also where names begin alike', () => {
    const fading = createFading<number>(5_000);
    const names = Array.from({ length: 3_000 }, (_, at) => `${'the same sixteen'.repeat(at % 2)}${at}`);
    for (const [at, name] of names.entries()) fading.set(name, at, 100, 0);
    expect(names.map((name) => fading.get(name, 0))).toEqual(names.map((_, at) => at));
    expect(fading.get('the same sixteen', 0)).toBeUndefined();
  });

  it('forgets a few at a time, so that nobody waits for all that has ended', () => {
    const maximum = 1_000;
    const fading = createFading<number>(maximum);
    for (let at = 0; at < maximum; at++) fading.set(`n${at}`, at, 100, 0);
    const left = (): number =>
      Array.from({ length: maximum }, (_, at) => fading.get(`n${at}`, 0)).filter((one) => one !== undefined)
        .length;
    for (let at = 1; at <= maximum / 8; at++) {
      fading.set(`later ${at}`, at, 1_000, 200);
      expect(left()).toBe(maximum - 8 * at);
    }
  });

  it('lets go of what it has forgotten', async () => {
    const fading = createFading<object>(1_000);
    const held = Array.from({ length: 100 }, (_, at) => {
      const one = { at };
      fading.set(`n${at}`, one, 100, 0);
      return new WeakRef(one);
    });
    for (let at = 0; at < 100; at++) fading.set(`later ${at}`, {}, 1_000, 200);
    await new Promise(setImmediate);
    collectGarbage();
    expect(held.filter((one) => one.deref() !== undefined)).toEqual([]);
  });

  it('takes no longer when it is full than when it is not', () => {
    const maximum = 50_000;
    const fading = createFading<number>(maximum);
    const fill = (from: number): number => {
      const { user } = process.cpuUsage();
      for (let i = from; i < from + maximum; i++) fading.set(`name ${i}`, i, 1, 0);
      return process.cpuUsage().user - user;
    };
    const empty = fill(0);
    const full = Math.min(...[1, 2, 3].map((round) => fill(round * maximum)));
    // A walk from the beginning takes a hundred times as long.
    expect(full).toBeLessThan(20 * empty + 20_000);
  });
});
