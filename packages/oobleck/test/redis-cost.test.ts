// The bench that docs/redis-cost.json comes from, run shortly: what a deposit and a retrieval send is counted exactly, the rest
// is within what it can be.

import { describe, expect, it } from 'vitest';
import { measureRedisCost } from '../../../bench/capacity/redis-cost.ts';
import { hasRedis } from './redis-servers.ts';

describe.runIf(hasRedis())('what requests cost Redis', () => {
  it('is measured: commands, CPU time and memory', async () => {
    const cost = await measureRedisCost(0.1, { deposits: 2_000, tokens: 5_000 });
    const { wait, ...commands } = cost.deposit.commands;
    expect(commands).toEqual({ set: 1, evalsha: 2 });
    // Each deposit waits twice, most of them with others.
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(2);
    expect(cost.retrieval.commands).toEqual({ evalsha: 1 });
    for (const { cps, masters } of [cost.deposit, cost.retrieval]) {
      expect(cps).toBeGreaterThan(20);
      expect(masters).toBeGreaterThan(1);
    }
    expect(cost.deposit.replicas).toBeGreaterThan(1);
    expect(cost.bytesPerDeposit).toBeGreaterThan(2_048 + 200);
    expect(cost.bytesPerDeposit).toBeLessThan(2 * 2_048 + 1_000);
    expect(cost.bytesPerSpentToken).toBeGreaterThan(150);
    expect(cost.bytesPerSpentToken).toBeLessThan(1_000);
  }, 60_000);
});
