import { expect, it } from 'vitest';
import { createMemoryWatermark, type MemoryUse } from './memory-watermark.ts';

it('is full at its mark and until well below it, looked at no more often than said', () => {
  let nowMs = 0;
  let uses: MemoryUse[] = [];
  let looks = 0;
  const isFull = createMemoryWatermark({
    sampleMs: 100,
    now: () => nowMs,
    measure: () => {
      looks++;
      return uses;
    },
  });
  const at = (ms: number, used: number): boolean => {
    nowMs = ms;
    uses = [
      { used: 1, limit: 100 },
      { used, limit: 1000 },
    ];
    return isFull();
  };
  expect(at(0, 999)).toBe(false);
  expect(at(99, 1000)).toBe(false);
  expect(at(100, 1000)).toBe(true);
  expect(at(200, 951)).toBe(true);
  expect(at(300, 949)).toBe(false);
  expect(at(400, 999)).toBe(false);
  expect(looks).toBe(5);
});

it('this process is not full, and would be with less than it has', () => {
  expect(createMemoryWatermark()()).toBe(false);
  expect(createMemoryWatermark({ maximumBytes: process.memoryUsage.rss() / 2 })()).toBe(true);
});
