// `npm run bench [-- NAME...]`: measures the rows asked for, all without a name, and prints each as one line of JSON.
// OOBLECK_BENCH_SECONDS is the CPU time for each part of a row, 1.5 by default; short runs are for tests only.

import { atisPublish, atisRetrieve } from './atis.ts';
import { bareRows } from './bare.ts';
import { call } from './call.ts';
import { chainVerify, tnAuthListCovers } from './chain.ts';
import { deposit, depositBatch16, retrieve } from './cps.ts';
import { type Benchmark, measure } from './measure.ts';
import { passportSign, passportVerify } from './passport.ts';
import { restSigning, restVerification } from './rest.ts';
import { open, seal } from './seal.ts';
import { sipRedirect } from './sip.ts';
import { depositLmdb, depositRedisCluster, depositTwoWorkers } from './stores.ts';
import { tokenIssue, tokenVerify } from './token.ts';

const BENCHMARKS: readonly Benchmark[] = [
  passportSign,
  passportVerify,
  chainVerify,
  tnAuthListCovers,
  seal,
  open,
  tokenIssue,
  tokenVerify,
  deposit,
  depositBatch16,
  depositLmdb,
  depositRedisCluster,
  depositTwoWorkers,
  retrieve,
  atisPublish,
  atisRetrieve,
  restSigning,
  restVerification,
  sipRedirect,
  call,
  ...bareRows,
];
const USAGE = 2;

async function run(names: readonly string[]): Promise<number> {
  const known = BENCHMARKS.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  const seconds = Number(process.env.OOBLECK_BENCH_SECONDS ?? 1.5);
  if (unknown.length > 0) return refuse(`no row ${unknown.join(', ')}; there are: ${known.join(' ')}`);
  if (!(seconds > 0)) return refuse('OOBLECK_BENCH_SECONDS is not a number of seconds');
  for (const benchmark of BENCHMARKS) {
    if (names.length > 0 && !names.includes(benchmark.name)) continue;
    process.stderr.write(`${benchmark.name} ...\n`);
    process.stdout.write(`${JSON.stringify(await measure(benchmark, seconds))}\n`);
  }
  return 0;
}

function refuse(message: string): number {
  process.stderr.write(`bench: ${message}\n`);
  return USAGE;
}

process.exitCode = await run(process.argv.slice(2));
