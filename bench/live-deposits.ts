// `npm run bench:live [-- --out FOLDER] [COUNT...]`: what a CPS does and takes with so many live deposits, 1,000 to
// 5,000,000 without a count (that takes 13 GB and a quarter of an hour), against one beside it whose store is empty, both
// sampled in turn. Each row is one line of JSON on stdout; the rows and two plots are written to FOLDER, `docs` by
// default. After the last row all deposits expire within half a minute while requests go on, and the longest pause of the
// event loop is told.
//
// OOBLECK_BENCH_SECONDS is the CPU time for each figure, 1.5 by default.

import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createFolder, removeFolder } from './http/carrier-lab.ts';
import { depositRequest, retrieveRequest } from './http/cps-request.ts';
import { type BareRequest, costOfRequests, keepAsking } from './http/http-client.ts';
import { type ServerProcess, startServerProcess } from './http/server-process.ts';
import type { LiveRow } from './live/live-row.ts';
import {
  AUTHORITY,
  EXPIRY_SECONDS,
  ISSUER,
  MAILBOX_IDS,
  type Memory,
  type Pauses,
  SHARDS,
} from './live/orders.ts';
import { plotMemory, plotRates } from './live/plots.ts';
import { createTlsFiles } from './live/tls-files.ts';
import { measure } from './measure.ts';
import { createTokenMaker } from './token-maker.ts';

const COUNTS = [1_000, 10_000, 100_000, 1_000_000, 5_000_000];
const LONGEST_SECONDS = 300;
/** At a steady pace, and not as fast as can be: a turn that answers a hundred requests is no pause of the store's. */
const ASKED_EVERY_MS = 5;
const LOOK_MS = 250;

const { values, positionals } = parseArgs({
  options: { out: { type: 'string', default: 'docs' } },
  allowPositionals: true,
});
const counts = positionals.length === 0 ? COUNTS : positionals.map(Number);
if (!counts.every((count) => Number.isInteger(count) && count > 0)) {
  process.stderr.write('bench:live: a count is a whole number of deposits\n');
  process.exit(2);
}
const seconds = Number(process.env.OOBLECK_BENCH_SECONDS ?? 1.5);
const folder = createFolder();
try {
  await run();
} finally {
  removeFolder(folder);
}

interface Asking {
  readonly status: number;
  make(): BareRequest;
}

async function run(): Promise<void> {
  const { certificateFile, keyFile, ca } = await createTlsFiles(folder);
  const pkcs8 = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
    format: 'der',
    type: 'pkcs8',
  });
  const issuerKeyFile = join(folder, 'issuer.der');
  writeFileSync(issuerKeyFile, pkcs8);
  const start = () => startServerProcess('../live/server.ts', certificateFile, keyFile, issuerKeyFile);
  const [server, empty] = [await start(), await start()];
  const tokens = createTokenMaker(new Uint8Array(pkcs8), ISSUER, AUTHORITY);
  const depositing: Asking = { status: 201, make: () => depositRequest(...place(), tokens.make()) };
  const retrieving: Asking = { status: 200, make: () => retrieveRequest(...place()) };
  const measureOne = async (name: string, asking: Asking) => {
    const [work, limit] = [server, empty].map((one) => costOfRequests({ server: one, ca, ...asking }));
    const row = await measure({ name, open: async () => ({ work: work!, limit: [limit!] }) }, seconds);
    return { perCpuSecond: row.opsPerCpuSecond, ofEmpty: row.ratio };
  };

  let filledBytes = 0;
  const rows: LiveRow[] = [];
  for (const live of [0, ...counts]) {
    process.stderr.write(`${live} live deposits ...\n`);
    const before = (await server.ask({ do: 'memory' })) as Memory;
    await server.ask({ do: 'fill', count: live });
    const memory = (await server.ask({ do: 'memory' })) as Memory;
    filledBytes += memory.rssBytes - before.rssBytes;
    const row: LiveRow = {
      live,
      deposits: await measureOne('deposit', depositing),
      retrievals: await measureOne('retrieve', retrieving),
      bytesPerDeposit: live === 0 ? 0 : Math.round(filledBytes / live),
      residentMegabytes: Math.round(memory.rssBytes / 1e6),
    };
    rows.push(row);
    process.stdout.write(`${JSON.stringify(row)}\n`);
  }
  await empty.close();
  const expiry = await expireUnderLoad(server, () =>
    keepAsking(server, ca, [depositing, retrieving], ASKED_EVERY_MS),
  );
  process.stdout.write(`${JSON.stringify(expiry)}\n`);
  await server.close();
  writeFileSync(join(values.out, 'live-deposits.json'), `${JSON.stringify({ rows, expiry }, null, 2)}\n`);
  writeFileSync(join(values.out, 'live-deposits-rate.svg'), plotRates(rows));
  writeFileSync(join(values.out, 'live-deposits-memory.svg'), plotMemory(rows));
}

/** Requests go on, first while nothing expires, then until nothing is left of what does. */
async function expireUnderLoad(server: ServerProcess, startAsking: () => () => Promise<void>) {
  process.stderr.write(`all expire within ${EXPIRY_SECONDS} s ...\n`);
  const stopAsking = startAsking();
  const before = await watchPauses(server, EXPIRY_SECONDS / 3);
  await server.ask({ do: 'expire' });
  const during = await watchPauses(server, EXPIRY_SECONDS + 2, true);
  await stopAsking();
  const memory = (await server.ask({ do: 'memory' })) as Memory;
  return {
    expired: before.live,
    seconds: EXPIRY_SECONDS,
    longestPauseMsBefore: round(before.longestMs),
    longestPauseMs: round(during.longestMs),
    pause999Ms: round(during.p999Ms),
    longestSliceCpuMs: round(during.longestSliceMs),
    residentMegabytesAfter: Math.round(memory.rssBytes / 1e6),
  };
}

/** @param isExpiring until nothing due is left as well; for no longer than five minutes */
async function watchPauses(server: ServerProcess, forSeconds: number, isExpiring = false): Promise<Pauses> {
  await server.ask({ do: 'watch' });
  const startedMs = performance.now();
  const isOver = async (): Promise<boolean> => {
    const seconds = (performance.now() - startedMs) / 1000;
    if (seconds < forSeconds) return false;
    return (
      seconds > LONGEST_SECONDS || !isExpiring || ((await server.ask({ do: 'memory' })) as Memory).isSwept
    );
  };
  while (!(await isOver())) await delay(LOOK_MS);
  return (await server.ask({ do: 'pauses' })) as Pauses;
}

/** A shard of one of the mailboxes that are filled. */
function place(): [mailboxId: Uint8Array, shard: number] {
  return [MAILBOX_IDS[Math.floor(Math.random() * MAILBOX_IDS.length)]!, Math.floor(Math.random() * SHARDS)];
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
