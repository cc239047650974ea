// Writes docs/conformance.md: `node scripts/conformance.ts`. With --check it writes nothing and fails where the file is
// not what it would write. Either way it fails where a requirement has no code, no test and no word about it.

import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { formatConformance } from './conformance/document.ts';
import { gatherEvidence, type SourceFile } from './conformance/evidence.ts';
import { GROUPS, MATRIX } from './conformance/matrix.ts';

const PLACES = [
  'packages/*/src/**/*.ts',
  'packages/*/test/**/*.test.ts',
  'e2e/**/*.test.ts',
  'interop/**/*.test.ts',
];
/** Neither code nor tests. */
const EXEMPT = /(?:-contract|-fixture|\.d)\.ts$/;

export interface Conformance {
  readonly document: string;
  readonly faults: readonly string[];
}

/** @param root the workspace */
export function readConformance(root: string): Conformance {
  const { rows, faults } = gatherEvidence(MATRIX, readFiles(root));
  return { document: formatConformance(rows, GROUPS), faults };
}

function readFiles(root: string): readonly SourceFile[] {
  return globSync(PLACES, { cwd: root, exclude: ['**/node_modules/**'] })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !EXEMPT.test(path))
    .map((path) => ({ path, text: readFileSync(`${root}/${path}`, 'utf8') }));
}

if (import.meta.main) {
  const root = `${import.meta.dirname}/..`;
  const file = `${root}/docs/conformance.md`;
  const { document, faults } = readConformance(root);
  const isCheck = process.argv.includes('--check');
  if (!isCheck) writeFileSync(file, document);
  const isStale = isCheck && (!existsSync(file) || readFileSync(file, 'utf8') !== document);
  if (isStale) console.error('docs/conformance.md is not what node scripts/conformance.ts writes');
  for (const fault of faults) console.error(fault);
  process.exitCode = isStale || faults.length > 0 ? 1 : 0;
}
