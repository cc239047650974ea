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

  it('a call asked about again after its time is not forgotten with its first answer', async () => {
    const { clock, ask } = setUp(4);
    await ask('a');
    clock.now += 60_000;
    expect(await ask('a')).toBe('answer 2');
    for (const call of ['b', 'c', 'd']) await ask(call);
    expect(await ask('a')).toBe('answer 2');
    await ask('e');
    expect(await ask('a')).toBe('answer 7');
  });

  it('remembers the newest, and all of them, however many were forgotten', () => {
    const maximum = 20_000;
    let kept = 0;
    const answers = createAnswers<number, number>(() => 0, 1_000, maximum);
    for (let i = 0; i < 5 * maximum; i++) answers.once(`call ${i}`, () => ++kept);
    for (let i = 4 * maximum; i < 5 * maximum; i++) expect(answers.once(`call ${i}`, () => -1)).toBe(i + 1);
    expect(answers.once(`call ${4 * maximum - 1}`, () => -1)).toBe(-1);
  });
});
