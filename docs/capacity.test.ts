// The arithmetic in performance.md follows from the figures in it.

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ASSUMPTIONS, needs } from '../bench/capacity/arithmetic.ts';
import { ratesOf, readBytesPerDeposit, withCapacity } from '../bench/capacity.ts';

const document = readFileSync(new URL('performance.md', import.meta.url), 'utf8');

it('performance.md is what its figures say (npm run bench:capacity writes it)', () => {
  expect(withCapacity(document, readBytesPerDeposit())).toBe(document);
  expect(Object.keys(ratesOf(document))).toContain('deposit');
});

it('multiplies as one would by hand', () => {
  const rates = {
    deposit: 1_000,
    retrieve: 500,
    'token-issue': 100,
    'passport-sign': 1_000,
    seal: 1_000,
    open: 1_000,
    'passport-verify': 1_000,
    call: 10,
  };
  const given = { ...ASSUMPTIONS, callsPerSecond: 1_000, load: 0.5, coresPerNode: 4, bytesPerDeposit: 2_400 };
  const results = needs(rates, given).map(({ result }) => result);
  expect(results).toEqual([
    '10 cores, 3 nodes of 4',
    '20 cores, 5 nodes of 4',
    '4 cores, 1 node of 4',
    '4 cores, 1 node of 4',
    '200 cores, 50 nodes of 4',
    '0.0 Gbit/s',
    '0.3 Gbit/s',
    '0.1 GB',
    '3 GB',
    '1 masters, and a replica for each',
  ]);
});
