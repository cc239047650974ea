// The arithmetic in performance.md follows from the figures in it.

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ASSUMPTIONS, needs } from '../bench/capacity/arithmetic.ts';
import { ratesOf, readBytesPerDeposit, readRedisCost, withCapacity } from '../bench/capacity.ts';

const document = readFileSync(new URL('performance.md', import.meta.url), 'utf8');

it('performance.md is what its figures say (npm run bench:capacity writes it)', () => {
  expect(withCapacity(document, readBytesPerDeposit(), readRedisCost())).toBe(document);
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
  const redis = {
    measuredOn: '2026-01-01',
    loadAverage: 0,
    deposit: { cps: 2_000, masters: 500, replicas: 200, commands: { set: 1, evalsha: 2, wait: 0.25 } },
    retrieval: { cps: 1_000, masters: 100, replicas: 0, commands: { evalsha: 1 } },
    bytesPerDeposit: 3_000,
    bytesPerSpentToken: 300,
  };
  const small = { callsPerSecond: 1_000, load: 0.5, coresPerNode: 4, redisNodeBytes: 1e9 };
  const given = { ...ASSUMPTIONS, ...small, bytesPerDeposit: 2_400 };
  const results = needs(rates, given, redis).map(({ result }) => result);
  expect(results).toEqual([
    '10 cores, 3 nodes of 4',
    '20 cores, 5 nodes of 4',
    '4 cores, 1 node of 4',
    '4 cores, 1 node of 4',
    '200 cores, 50 nodes of 4',
    '0.0 Gbit/s',
    '0.3 Gbit/s',
    '0.1 GB',
    '3.2 GB',
    '8 cores, 2 nodes of 4',
    '5,250 a second',
    '0.2 GB',
    '10 GB',
    '2',
    '22',
    '**22 masters**, and a replica for each',
    '3',
  ]);
});
