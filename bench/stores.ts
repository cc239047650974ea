// deposit-lmdb, deposit-redis-cluster, deposit-two-workers: what a deposit costs the processes of a CPS with another
// store, or with two workers. The limit is not a bare primitive but the same deposit without what the row is about: on
// the store in memory, or in one process. The CPU time of Redis is not counted.

import { startRedisCluster } from '../packages/oobleck/test/redis-servers.ts';
import { type CarrierLab, type CarrierLabOptions, startCarrierLab } from './http/carrier-lab.ts';
import { depositRequest } from './http/cps-request.ts';
import { CONNECTIONS, costOfRequests } from './http/http-client.ts';
import type { Benchmark, Cost } from './measure.ts';

const LMDB = { store: 'lmdb:store' };

export const depositLmdb: Benchmark = {
  name: 'deposit-lmdb',
  open: () => compare(LMDB, {}),
};

export const depositRedisCluster: Benchmark = {
  name: 'deposit-redis-cluster',
  async open() {
    const redis = await startRedisCluster();
    const subject = await compare({ store: redis.url }, {});
    return {
      ...subject,
      async close() {
        await subject.close();
        await redis.close();
      },
    };
  },
};

export const depositTwoWorkers: Benchmark = {
  name: 'deposit-two-workers',
  open: () => compare({ ...LMDB, workers: 2 }, LMDB),
};

async function compare(one: CarrierLabOptions, bare: CarrierLabOptions) {
  const subject = await startCarrierLab(one);
  const limit = await startCarrierLab(bare);
  return {
    work: costOfDeposits(subject, one.workers),
    limit: [costOfDeposits(limit)],
    async close() {
      await subject.close();
      await limit.close();
    },
  };
}

/** Each process has as many requests under way: a transaction of LMDB costs the same for few deposits and for many. */
function costOfDeposits({ cps, lab, mailboxId, shards, tokens }: CarrierLab, processes = 1): Cost {
  let next = 0;
  const make = () => depositRequest(mailboxId, next++ % shards, tokens.make());
  const connections = CONNECTIONS * processes;
  return costOfRequests({ server: cps, ca: lab.tlsCa, make, status: 201, connections });
}
