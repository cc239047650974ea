// Fails where a file imports what its room may not: `node scripts/check-boundaries.ts`.
// Tests, contract suites and fixtures are exempt: they construct adapters.

import { globSync, readFileSync } from 'node:fs';
import { checkBoundaries, type Workspace } from './boundaries/check.ts';

const EXEMPT = /(?:\.test|-contract|-fixture|\.d)\.ts$|\/test\//;

/** @param root the workspace */
export function readWorkspace(root: string): Workspace {
  const paths = globSync('packages/*/src/**/*.ts', { cwd: root })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !EXEMPT.test(path))
    .sort();
  const manifest = JSON.parse(readFileSync(`${root}/packages/stir/package.json`, 'utf8'));
  return {
    files: paths.map((path) => ({ path, text: readFileSync(`${root}/${path}`, 'utf8') })),
    protocolDependencies: Object.keys(manifest.dependencies ?? {}),
  };
}

if (import.meta.main) {
  const workspace = readWorkspace(`${import.meta.dirname}/..`);
  const violations = checkBoundaries(workspace);
  for (const { file, line, rule, message } of violations)
    console.error(`${file}:${line}: ${rule}: ${message}`);
  if (violations.length === 0) console.log(`boundaries: ${workspace.files.length} files, nothing to object`);
  process.exitCode = violations.length === 0 ? 0 : 1;
}
