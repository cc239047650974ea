// The benchmark keeps working: the shape of its rows, its exit codes. How fast anything is, no test says.

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../../../bench/main.ts', import.meta.url));

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function bench(...names: string[]): Promise<Run> {
  const env = { ...process.env, OOBLECK_BENCH_SECONDS: '0.02' };
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...names], { env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

describe('npm run bench', () => {
  it('prints one JSON row a line, in its own order', async () => {
    const { code, stdout, stderr } = await bench('token-verify', 'seal', 'passport-sign');
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/^passport-sign \.\.\.\n/),
    });
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(rows.map(({ name }) => name)).toEqual(['passport-sign', 'seal', 'token-verify']);
    for (const row of rows) {
      expect(Object.keys(row)).toEqual(['name', 'opsPerCpuSecond', 'limit', 'ratio']);
      const { opsPerCpuSecond, limit, ratio } = row as Record<string, number>;
      expect(opsPerCpuSecond).toBeGreaterThan(0);
      expect(ratio).toBeCloseTo(opsPerCpuSecond! / limit!, 2);
    }
  });

  it('says which rows there are', async () => {
    const { code, stdout, stderr } = await bench('token-verify', 'nothing');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe(
      'bench: no row nothing; there are: passport-sign passport-verify chain-verify tnauthlist-covers seal open token-issue token-verify deposit deposit-batch16 deposit-lmdb deposit-redis-cluster deposit-two-workers retrieve atis-publish atis-retrieve rest-signing rest-verification sip-redirect call bare-deposit bare-deposit-batch16 bare-atis bare-rest-signing bare-rest-verification bare-sip-redirect\n',
    );
  });
});

describe('npm run bench:live', () => {
  it('prints a row for each count and the pauses while all expires, and writes both plots', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'oobleck-live-'));
    const script = fileURLToPath(new URL('../../../bench/live-deposits.ts', import.meta.url));
    const env = { ...process.env, OOBLECK_BENCH_SECONDS: '0.02', OOBLECK_BENCH_EXPIRY_SECONDS: '1' };
    const { stdout } = await promisify(execFile)(process.execPath, [script, '--out', folder, '500', '2000'], {
      env,
    });
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows.slice(0, 3).map(({ live }) => live)).toEqual([0, 500, 2_000]);
    for (const { perCpuSecond, ofEmpty } of rows.slice(0, 3).flatMap((row) => [row.deposits, row.retrievals]))
      expect(Math.min(perCpuSecond, ofEmpty)).toBeGreaterThan(0);
    expect(rows[3].expired).toBeGreaterThanOrEqual(2_000);
    expect(rows[3].longestPauseMs).toBeGreaterThan(0);
    expect(JSON.parse(readFileSync(join(folder, 'live-deposits.json'), 'utf8')).rows).toEqual(
      rows.slice(0, 3),
    );
    for (const name of ['rate', 'memory'])
      expect(readFileSync(join(folder, `live-deposits-${name}.svg`), 'utf8')).toMatch(
        /^<svg [^>]+>.+<polyline points="[0-9., ]+".+<\/svg>\n$/s,
      );
    rmSync(folder, { recursive: true });
  });
});
