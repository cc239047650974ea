import { describe, expect, it } from 'vitest';
import { createLentMemory, LENT_BYTES } from './lent-memory.ts';

describe('lent memory', () => {
  it('is used again once it was given back, and by one at a time', () => {
    const memory = createLentMemory();
    const [one, other] = [memory.take()!, memory.take()!];
    expect(one).toHaveLength(LENT_BYTES);
    expect(other).not.toBe(one);
    memory.giveBack(one);
    expect(memory.take()).toBe(one);
  });

  it('ends at its bound', () => {
    const memory = createLentMemory(2);
    const one = memory.take()!;
    memory.take();
    expect(memory.take()).toBeUndefined();
    memory.giveBack(one);
    expect(memory.take()).toBe(one);
  });
});
