// `openssl speed`, the yardstick for bare signatures. Its times are CPU times. Where there is no such program, the bare
// call of `node:crypto` over a prepared key takes its place, and a line on stderr says so.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Cost } from './measure.ts';

export type EcdsaOperation = 'sign' | 'verify';

const run = promisify(execFile);

/** The cost of P-256 by OpenSSL; each sample is a run of a second, the least it does. */
export function opensslEcdsa(operation: EcdsaOperation, otherwise: Cost): Cost {
  let isMissing = false;
  return {
    async sample(seconds) {
      if (isMissing) return otherwise.sample(seconds);
      try {
        return 1 / (await ecdsaSpeed())[operation];
      } catch (error) {
        if ((error as { code?: unknown }).code !== 'ENOENT') throw error;
        isMissing = true;
        process.stderr.write('openssl is not there: the limit is the bare call of node:crypto\n');
        return otherwise.sample(seconds);
      }
    },
  };
}

/**
 * Both operations in operations per CPU second. The line that counts reads `+F4:index:bits:signs:verifies`, as
 * OpenSSL 3 prints with `-mr`.
 */
async function ecdsaSpeed(): Promise<Record<EcdsaOperation, number>> {
  const { stdout } = await run('openssl', ['speed', '-mr', '-seconds', '1', 'ecdsap256']);
  const line = stdout.split('\n').find((one) => one.startsWith('+F4:'));
  const [, , bits, sign, verify] = line?.split(':') ?? [];
  if (bits !== '256' || !(Number(sign) > 0) || !(Number(verify) > 0))
    throw new Error('openssl speed prints something else than expected');
  return { sign: Number(sign), verify: Number(verify) };
}
