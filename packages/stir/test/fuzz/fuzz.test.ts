import { describe, expect, it } from 'vitest';
import { StirError } from '../../src/stir-error.ts';
import { createChance } from './chance.ts';
import { MAXIMUM_INPUT } from './damage.ts';
import { encodeTree, readDer, SAMPLE_CERTIFICATE } from './der-grammar.ts';
import { fuzz, LIMIT_MS, type Target } from './fuzz.ts';
import { TARGETS } from './targets.ts';

/** For all targets together; `npm run fuzz` takes as long as it is told. */
const SECONDS = 28;
const SEED = 8816;

describe('parsers refuse or read, in time', () => {
  it.each(TARGETS.map((target) => [target.name, target] as const))('%s', (_name, target) => {
    const { finding, inputs, read } = fuzz(target, SECONDS / TARGETS.length, SEED);
    expect(finding).toBeUndefined();
    expect(inputs).toBeGreaterThan(100);
    // A grammar that never gets past the first check tests nothing behind it.
    expect(read).toBeGreaterThan(0);
    expect(inputs - read).toBeGreaterThan(0);
  });
});

describe('the fuzzer', () => {
  const failing = (parse: (text: string) => unknown): Target => ({
    name: 'x',
    generate: (chance) => String(chance.below(1_000)),
    parsers: { parse },
  });

  it('finds what is thrown, and the seed makes the same input again', () => {
    const target = failing((text) => {
      if (text.endsWith('7')) throw new TypeError('seven');
    });
    const { finding } = fuzz(target, 1, 1);
    expect(finding?.cause).toBeInstanceOf(TypeError);
    expect(finding?.input).toMatch(/7$/);
    expect(fuzz(target, 0, finding!.seed)).toMatchObject({ inputs: 1, finding: { input: finding!.input } });
  });

  it('finds what takes long each time, and forgives what does so once', () => {
    let calls = 0;
    const wait = (ms: number) => {
      for (const endMs = performance.now() + ms; performance.now() < endMs; );
    };
    expect(
      fuzz(
        failing(() => wait(LIMIT_MS + 1)),
        0,
        1,
      ).finding?.cause,
    ).toMatch(/^took [0-9]+ ms$/);
    expect(
      fuzz(
        failing(() => calls++ === 0 && wait(LIMIT_MS + 1)),
        0,
        1,
      ).finding,
    ).toBeUndefined();
  });

  it('takes StirError for an answer', () => {
    const target = failing(() => {
      throw new StirError('ERR_JSON_FORMAT', 'no');
    });
    expect(fuzz(target, 0, 1)).toMatchObject({ inputs: 1, read: 0 });
  });
});

describe('grammars', () => {
  it.each(TARGETS.map((target) => [target.name, target] as const))(
    '%s depends on the seed alone',
    (_name, target) => {
      for (let seed = 0; seed < 20; seed++)
        expect(target.generate(createChance(seed))).toEqual(target.generate(createChance(seed)));
      const inputs = Array.from({ length: 60 }, (_none, seed) => target.generate(createChance(seed)));
      expect(new Set(inputs.map(String)).size).toBeGreaterThan(20);
    },
  );

  it('take DER apart and put it together', () => {
    expect(Buffer.from(encodeTree(readDer(SAMPLE_CERTIFICATE)[0]!))).toEqual(Buffer.from(SAMPLE_CERTIFICATE));
  });

  it('reach the largest input', () => {
    const lengths = Array.from(
      { length: 400 },
      (_none, seed) => TARGETS[0]!.generate(createChance(seed)).length,
    );
    expect(Math.max(...lengths)).toBeGreaterThanOrEqual(MAXIMUM_INPUT);
  });
});
