import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createOpenExchanges, NOWHERE, type OpenExchanges } from './open-exchanges.ts';

const SWEEP_MS = 10;
let open: OpenExchanges;
let ended: string[];

beforeEach(() => {
  vi.useFakeTimers();
  ended = [];
  open = createOpenExchanges(SWEEP_MS, () => undefined);
});
afterEach(() => {
  open.close();
  vi.useRealTimers();
});

function exchange(name: string, dueInMs: number, expire = (): void => undefined) {
  const made = {
    dueAtMs: open.now + dueInMs,
    openAt: NOWHERE,
    expire() {
      ended.push(name);
      expire();
    },
  };
  open.add(made);
  return made;
}

describe('open exchanges', () => {
  it('ends what is due, once, and nothing else', () => {
    for (const [name, dueInMs] of [
      ['a', 5],
      ['b', 500],
      ['c', 5],
      ['d', 5],
      ['e', 500],
    ] as const)
      exchange(name, dueInMs);
    vi.advanceTimersByTime(SWEEP_MS);
    expect(ended.sort()).toEqual(['a', 'c', 'd']);
    expect(open.size).toBe(2);
    vi.advanceTimersByTime(600);
    expect(ended.sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(open.size).toBe(0);
  });

  it('knows nothing of what was removed, twice removed or added twice', () => {
    const [first, second, third] = ['first', 'second', 'third'].map((name) => exchange(name, 5));
    open.add(second!);
    expect(open.size).toBe(3);
    open.remove(first!);
    open.remove(first!);
    open.remove(third!);
    expect(open.size).toBe(1);
    vi.advanceTimersByTime(SWEEP_MS);
    expect(ended).toEqual(['second']);
  });

  it('bears that ending one ends others or adds it anew', () => {
    const bystander = exchange('bystander', 5);
    const again = exchange('again', 5, () => {
      if (ended.length > 1) return;
      open.remove(bystander);
      again.dueAtMs = open.now + 5;
      open.add(again);
    });
    vi.advanceTimersByTime(SWEEP_MS);
    expect(ended).toEqual(['again']);
    vi.advanceTimersByTime(SWEEP_MS);
    expect(ended).toEqual(['again', 'again']);
    expect(open.size).toBe(0);
  });
});
