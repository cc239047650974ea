import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { createMemoryWatermark, type MemoryUse } from './memory-watermark.ts';

it('is full at its mark and until well below it, looked at no more often than said', () => {
  let nowMs = 0;
  let uses: MemoryUse[] = [];
  let looks = 0;
  const changes: boolean[] = [];
  const isFull = createMemoryWatermark({
    sampleMs: 100,
    now: () => nowMs,
    measure: () => {
      looks++;
      return uses;
    },
    onChange: (now) => void changes.push(now),
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
  expect(changes).toEqual([true, false]);
});

it('this process is not full, and would be with less than it has', () => {
  expect(createMemoryWatermark()()).toBe(false);
  expect(createMemoryWatermark({ maximumBytes: process.memoryUsage.rss() / 2 })()).toBe(true);
});

it('a heap near its own limit is full as well, however much memory the machine has', () => {
  const program = `
    import { createMemoryWatermark } from ${JSON.stringify(new URL('./memory-watermark.ts', import.meta.url).href)};
    const isFull = createMemoryWatermark({ maximumBytes: 2 ** 40, sampleMs: 0 });
    const said = [isFull()];
    const kept = [];
    while (!said.at(-1) && kept.length < 96) {
      kept.push(Array.from({ length: 131_072 }, (_, at) => at + 0.5));
      said.push(isFull());
    }
    console.log(said[0], said.at(-1));`;
  const options = [
    '--max-old-space-size=64',
    '--max-semi-space-size=1',
    '--input-type=module',
    '--eval',
    program,
  ];
  expect(execFileSync(process.execPath, options, { encoding: 'utf8' }).trim()).toBe('false true');
});
