// Before a run of all tests (OOBLECK_TEST_ALL=1): the other Nodes, out of the lock file beside this file. They are not
// among the workspace's own packages, where three programs named `node` would fight for one place.

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { missingRuntimes } from './runtimes.ts';

export default function install(): void {
  if (process.env.OOBLECK_TEST_ALL !== '1' || missingRuntimes().length === 0) return;
  const folder = fileURLToPath(new URL('.', import.meta.url));
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
