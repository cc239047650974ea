import { describe, expect, it } from 'vitest';
import { createAnswers } from './index.ts';

function setUp(maximum = 100) {
  const clock = { now: 1_000 };
  const answers = createAnswers<string>(() => clock.now, 60_000, maximum);
  let found = 0;
  const ask = (call: string) => answers.once(call, async () => `answer ${++found}`);
  return { clock, ask };
}

describe('one answer for one call', () => {
  it('while it is being found and for its time, and another for another call', async () => {
    const { clock, ask } = setUp();
    const [first, again] = [ask('a'), ask('a')];
    expect(await again).toBe(await first);
    expect(await ask('b')).toBe('answer 2');
    clock.now += 59_999;
    expect(await ask('a')).toBe('answer 1');
    clock.now += 1;
    expect(await ask('a')).toBe('answer 3');
    expect(await ask('a')).toBe('answer 3');
  });

  it('an answer that failed is the answer', async () => {
    const answers = createAnswers<string>(() => 0, 1_000, 10);
    const fail = () => answers.once('a', () => Promise.reject(new Error('failed')));
    await expect(fail()).rejects.toThrow('failed');
    await expect(answers.once('a', async () => 'fine')).rejects.toThrow('failed');
  });

  it('beyond the maximum the oldest give way, the newest stay', async () => {
    const { ask } = setUp(10);
    for (let i = 0; i < 15; i++) await ask(`call ${i}`);
    expect(await ask('call 14')).toBe('answer 15');
    expect(await ask('call 6')).toBe('answer 7');
    expect(await ask('call 0')).toBe('answer 16');
  });
});
