// The vectors on every supported Node, with the portable adapter and the one of `node:crypto`.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createPortableCrypto } from '../src/crypto/index.ts';
import { readVectors } from './runtime-vectors/read-vectors.ts';
import { runVectors, type VectorReport } from './runtime-vectors/run-vectors.ts';
import { testedRuntimes } from './runtimes/runtimes.ts';

const MAIN = fileURLToPath(new URL('runtime-vectors/main.ts', import.meta.url));
const run = promisify(execFile);
const files = readVectors();
const names = Object.keys(files);

describe.each(testedRuntimes())('stir on $name', ({ name, path }) => {
  it('passes its vectors with both adapters', async () => {
    const { stdout } = await run(path, [MAIN]);
    const { version, checked, faults } = JSON.parse(stdout) as VectorReport & { version: string };
    if (name !== 'this Node') expect(version).toMatch(new RegExp(`^v${name.slice(4)}\\.`));
    expect(faults).toEqual([]);
    expect(checked).toEqual(
      ['node', 'portable'].flatMap((one) => names.map((file) => `${file} with ${one} crypto`)),
    );
  });
});

describe('the checks', () => {
  const adapters = { portable: createPortableCrypto() };

  it('know every vector file', () => {
    expect(names.length).toBeGreaterThan(20);
  });

  it('notice a vector that does not hold', () => {
    for (const name of names) {
      const isNoticed = (damaged: unknown): boolean =>
        runVectors({ ...files, [name]: damaged }, adapters, [name]).faults.length > 0;
      expect(damages(files[name]).some(isNoticed), name).toBe(true);
    }
  });

  it('name a file that nobody checks', () => {
    const { faults } = runVectors({ 'seal/other.rfc9180': {} }, adapters);
    expect(faults[0]).toContain('seal/other.rfc9180');
  });
});

/** Copies of a vector, each with one of its values changed: a dozen, spread over all of it. */
function damages(vector: unknown): unknown[] {
  const count = leaves(vector, -1).count;
  const step = Math.ceil(count / 12);
  const picked = Array.from({ length: Math.ceil(count / step) }, (_, i) => i * step);
  return picked.map((at) => leaves(vector, at).copy);
}

/** A copy with the value at a place changed, and how many values there are. */
function leaves(vector: unknown, at: number): { copy: unknown; count: number } {
  let count = 0;
  const copy = JSON.parse(JSON.stringify(vector), (_name, value) => {
    if (typeof value === 'object') return value;
    return count++ === at ? changed(value) : value;
  });
  return { copy, count };
}

function changed(value: string | number | boolean): unknown {
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return value + 1;
  return value.length < 8 ? `~${value}` : value.slice(0, -1) + (value.endsWith('1') ? '2' : '1');
}
