// The demo as people run it: every scenario comes out as named, and the exit code says so.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
const run = promisify(execFile);

const EXPECTED = [
  ['genuine', 'TN-Validation-Passed', 'verified', 'A'],
  ['in-band', 'TN-Validation-Passed', 'verified', 'A'],
  ['spoofed', 'No-TN-Validation', 'no-passport'],
  ['forged-oob', 'No-TN-Validation', 'no-authority'],
  ['forged-in-band', 'TN-Validation-Failed', 'bad-signature'],
  ['beside-junk', 'TN-Validation-Passed', 'verified', 'A'],
  ['wrong-callee', 'No-TN-Validation', 'no-passport'],
  ['stale', 'No-TN-Validation', 'stale'],
  ['untrusted-ca', 'No-TN-Validation', 'certificate-untrusted'],
  ['second-call', 'No-TN-Validation', 'ambiguous'],
  ['beacon', 'No-TN-Validation', 'certificate-unlisted'],
  ['poller', 'TN-Validation-Passed', 'verified', 'A'],
  ['cps-down', 'No-TN-Validation', 'cps-unavailable'],
];

/** Where nothing was left, the shard that is read may by chance hold what another scenario left. */
const reasonOf = (scenario: string, reason: string): string =>
  ['spoofed', 'wrong-callee'].includes(scenario) && reason === 'caller-mismatch' ? 'no-passport' : reason;

it('demo --json: one object a line, each scenario as named', async () => {
  const { stdout } = await run(process.execPath, [MAIN, 'demo', '--json']);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const seen = lines.map(({ scenario, verstat, reason, attest }) => [
    scenario,
    verstat,
    reasonOf(scenario, reason),
    ...(attest ? [attest] : []),
  ]);
  expect(seen).toEqual(EXPECTED);
  expect(
    lines.every(({ elapsedMs, asExpected }) => asExpected === true && elapsedMs > 0 && elapsedMs < 450),
  ).toBe(true);
});

it('demo: a ladder for each scenario and a table at the end, in lines a terminal shows whole', async () => {
  const { stdout } = await run(process.execPath, [MAIN, 'demo']);
  const lines = stdout.split('\n');
  expect(lines.filter((line) => line.includes('called side'))).toHaveLength(EXPECTED.length);
  expect(stdout).toContain('13 of 13 scenarios came out as they should.');
  const drawn = lines.filter((line) => /[│├◀]/.test(line));
  expect(Math.max(...drawn.map((line) => [...line].length))).toBeLessThanOrEqual(90);
});
