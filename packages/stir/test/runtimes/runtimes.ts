// The Nodes that tests can run: the one they run on, and the oldest of each supported line (see package.json here).

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface Runtime {
  readonly name: string;
  /** The program. */
  readonly path: string;
}

const OTHERS: readonly Runtime[] = ['node22', 'node24'].map((name) => ({
  name,
  path: fileURLToPath(new URL(`node_modules/${name}/bin/node`, import.meta.url)),
}));

/** Those that are not here; none on machines that the packages are not for. */
export function missingRuntimes(): readonly Runtime[] {
  if (process.platform !== 'linux' || process.arch !== 'x64') return [];
  return OTHERS.filter(({ path }) => !existsSync(path));
}

/** Those to test on. Missing ones are left out, except where all tests are to run: there they fail. */
export function testedRuntimes(): readonly Runtime[] {
  const mustRun = process.env.OOBLECK_TEST_ALL === '1' ? missingRuntimes() : [];
  const present = OTHERS.filter(({ path }) => existsSync(path));
  return [{ name: 'this Node', path: process.execPath }, ...present, ...mustRun];
}
