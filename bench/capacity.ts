// `npm run bench:capacity`: writes the section on a nation's calls into docs/performance.md, out of the table of figures that
// stands there, of docs/live-deposits.json and of docs/redis-cost.json. With --measure it measures the last one first, on a
// Redis Cluster that it starts (half a minute to two). With --check it writes nothing and fails where the section is not
// what it would write.
//
// OOBLECK_BENCH_SECONDS is the CPU time for each figure of --measure, 1.5 by default.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ASSUMPTIONS, needs, type Rates } from './capacity/arithmetic.ts';
import { measureRedisCost, type RedisCost } from './capacity/redis-cost.ts';

const DOCS = new URL('../docs/', import.meta.url);
const BEGIN = '<!-- capacity: npm run bench:capacity -->';
const END = '<!-- /capacity -->';

/** The document with the section as the figures give it. */
export function withCapacity(document: string, bytesPerDeposit: number, redis: RedisCost): string {
  const rows = needs(ratesOf(document), { ...ASSUMPTIONS, bytesPerDeposit }, redis);
  const table = rows.map(({ what, arithmetic, result }) => `| ${what} | ${arithmetic} | ${result} |`);
  const section = [BEGIN, '', '| what | arithmetic | result |', '|---|---|---|', ...table, '', END].join(
    '\n',
  );
  const [before, rest] = document.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error('the document has no section for it');
  return before + section + after;
}

/** Of the table of figures, `| \`row\` | 1,234 | ...`; a row that stands twice counts where it stands first. */
export function ratesOf(document: string): Rates {
  const rows = [...document.matchAll(/^\| `([a-z0-9-]+)` \| ([0-9,]+) \|/gm)];
  return Object.fromEntries(
    rows.toReversed().map(([, name, rate]) => [name, Number(rate!.replaceAll(',', ''))]),
  );
}

export function readBytesPerDeposit(): number {
  const { rows } = JSON.parse(readFileSync(new URL('live-deposits.json', DOCS), 'utf8'));
  return rows.at(-1).bytesPerDeposit;
}

const REDIS_COST = new URL('redis-cost.json', DOCS);

export function readRedisCost(): RedisCost {
  return JSON.parse(readFileSync(REDIS_COST, 'utf8'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { check: { type: 'boolean' }, measure: { type: 'boolean' } } });
  if (values.measure) {
    const cost = await measureRedisCost(Number(process.env.OOBLECK_BENCH_SECONDS ?? 1.5));
    writeFileSync(REDIS_COST, `${JSON.stringify(cost, null, 2)}\n`);
  }
  const file = new URL('performance.md', DOCS);
  const before = readFileSync(file, 'utf8');
  const after = withCapacity(before, readBytesPerDeposit(), readRedisCost());
  if (!values.check) writeFileSync(file, after);
  else if (after !== before) {
    console.error('docs/performance.md is not what its figures say: npm run bench:capacity');
    process.exitCode = 1;
  }
}
