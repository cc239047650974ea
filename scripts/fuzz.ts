// Looks for input that a parser does not stand: `npm run fuzz -- --seconds 600 [--seed N] [target ...]`. The time is
// shared by the targets. A finding is told with its seed, and its input is left in a file.

import { randomInt } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SIP_TARGET } from '../packages/oobleck/test/fuzz/sip-target.ts';
import { type Finding, fuzz, type Target } from '../packages/stir/test/fuzz/fuzz.ts';
import { TARGETS as PROTOCOL_TARGETS } from '../packages/stir/test/fuzz/targets.ts';

const TARGETS: readonly Target[] = [...PROTOCOL_TARGETS, SIP_TARGET];
const { values, positionals } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string' } },
  allowPositionals: true,
});
const seconds = Number(values.seconds);
const seed = values.seed === undefined ? randomInt(2 ** 32) : Number(values.seed);
const chosen = choose(positionals);
for (const target of chosen) run(target, seconds / chosen.length);

function choose(names: readonly string[]): readonly Target[] {
  const unknown = names.find((name) => !TARGETS.some((target) => target.name === name));
  if (unknown !== undefined || !(seconds >= 0) || !Number.isInteger(seed)) {
    console.error(
      `usage: npm run fuzz -- --seconds 600 [--seed N] [${TARGETS.map(({ name }) => name).join(' | ')}]`,
    );
    process.exit(2);
  }
  return names.length === 0 ? TARGETS : TARGETS.filter(({ name }) => names.includes(name));
}

function run(target: Target, targetSeconds: number): void {
  const { inputs, read, slowestMs, finding } = fuzz(target, targetSeconds, seed);
  const slowest = `${slowestMs.toFixed(1)} ms`;
  console.log(`${target.name.padEnd(12)} seed ${seed}  ${inputs} inputs  ${read} read  slowest ${slowest}`);
  if (finding !== undefined) report(finding);
}

function report({ target, parser, seed: found, input, cause }: Finding): void {
  const file = join(mkdtempSync(join(tmpdir(), 'stir-fuzz-')), `${parser}-${found}`);
  writeFileSync(file, typeof input === 'string' ? Buffer.from(input, 'utf8') : input);
  console.error(`${parser}: ${cause instanceof Error ? cause.stack : cause}`);
  console.error(`input: ${file}\nagain: npm run fuzz -- --seconds 0 --seed ${found} ${target}`);
  process.exitCode = 1;
}
