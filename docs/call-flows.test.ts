// The page of call flows is what its table says, every test it names is there, and every test of a flow is on it.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { FLOWS } from '../scripts/call-flows/flows.ts';
import { drawLadder } from '../scripts/call-flows/ladder.ts';
import { formatCallFlows } from '../scripts/call-flows.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(`${ROOT}${path}`, 'utf8');
const namesIn = (file: string): string[] =>
  [...read(file).matchAll(/^\s*it\(\s*'((?:[^'\\]|\\.)+)'/gm)].map(([, name]) => name!);

describe('docs/call-flows.md', () => {
  it('is what the generator writes', () => {
    expect(read('docs/call-flows.md')).toBe(formatCallFlows());
  });

  it('names tests that are there', () => {
    for (const { test } of FLOWS) expect(namesIn(test[0])).toContain(test[1]);
  });

  it.each(['flows', 'trouble', 'call-centre', 'silent-cps'])('has every test of e2e/%s.test.ts', (name) => {
    const file = `e2e/${name}.test.ts`;
    const names = namesIn(file);
    expect(names).toHaveLength([...read(file).matchAll(/^ *it\b/gm)].length);
    expect(names.length).toBeGreaterThan(0);
    const drawn = FLOWS.filter(({ test }) => test[0] === file).map(({ test }) => test[1]);
    expect(drawn).toEqual(expect.arrayContaining(names));
  });

  it('is at most 100 columns wide, and no label runs into the next', () => {
    for (const flow of FLOWS)
      for (const line of drawLadder(flow).split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  });
});
