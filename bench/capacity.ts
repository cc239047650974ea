// `npm run bench:capacity`: writes the section on a nation's calls into docs/performance.md, out of the table of figures that
// stands there and of docs/live-deposits.json. With --check it writes nothing and fails where the section is not what it
// would write.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ASSUMPTIONS, needs, type Rates } from './capacity/arithmetic.ts';

const DOCS = new URL('../docs/', import.meta.url);
const BEGIN = '<!-- capacity: npm run bench:capacity -->';
const END = '<!-- /capacity -->';

/** The document with the section as the figures give it. */
export function withCapacity(document: string, bytesPerDeposit: number): string {
  const rows = needs(ratesOf(document), { ...ASSUMPTIONS, bytesPerDeposit });
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

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = new URL('performance.md', DOCS);
  const before = readFileSync(file, 'utf8');
  const after = withCapacity(before, readBytesPerDeposit());
  if (!process.argv.includes('--check')) writeFileSync(file, after);
  else if (after !== before) {
    console.error('docs/performance.md is not what its figures say: npm run bench:capacity');
    process.exitCode = 1;
  }
}
