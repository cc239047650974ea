// `openssl speed`, the yardstick for bare signatures. Its times are CPU times. Where there is no such program, the bare
// call of `node:crypto` over a prepared key takes its place, and a line on stderr says so.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Cost } from './measure.ts';

export type EcdsaOperation = 'sign' | 'verify';

const run = promisify(execFile);

/**
 * The cost of P-256 by OpenSSL. A run takes a second for each operation, the least it does, and serves as many samples
 * as ask for a second together.
 */
export function opensslEcdsa(operation: EcdsaOperation, otherwise: Cost): Cost {
  let speed: Promise<Record<EcdsaOperation, number> | undefined> | undefined;
  let left = 0;
  return {
    async sample(seconds) {
      if (speed === undefined || left <= 0) {
        speed = ecdsaSpeed();
        left = 1;
      }
      left -= seconds;
      const measured = await speed;
      return measured === undefined ? otherwise.sample(seconds) : 1 / measured[operation];
    },
  };
}

/**
 * Both operations in operations per CPU second, `undefined` where there is no OpenSSL. The line that counts reads
 * `+F4:index:bits:signs:verifies`, as OpenSSL 3 prints with `-mr`.
 */
async function ecdsaSpeed(): Promise<Record<EcdsaOperation, number> | undefined> {
  const output = await outputOf('openssl', ['speed', '-mr', '-seconds', '1', 'ecdsap256']);
  if (output === undefined) return undefined;
  const line = output.split('\n').find((one) => one.startsWith('+F4:'));
  const [, , bits, sign, verify] = line?.split(':') ?? [];
  if (bits !== '256' || !(Number(sign) > 0) || !(Number(verify) > 0))
    throw new Error('openssl speed prints something else than expected');
  return { sign: Number(sign), verify: Number(verify) };
}

async function outputOf(program: string, parameters: readonly string[]): Promise<string | undefined> {
  try {
    return (await run(program, parameters)).stdout;
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ENOENT') throw error;
    process.stderr.write(`${program} is not there: the limit is the bare call of node:crypto\n`);
    return undefined;
  }
}
