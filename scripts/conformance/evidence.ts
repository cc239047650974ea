// For each row of the matrix the files that implement it and the files that prove it, and what is wrong with that.

import { type Citation, citationsIn, commentsOf, rowsNamedIn, rowsProvenIn } from './citations.ts';
import type { Requirement } from './matrix.ts';

export interface SourceFile {
  /** From the root of the workspace. */
  readonly path: string;
  readonly text: string;
}

export interface Row extends Requirement {
  /** Paths, sorted. */
  readonly code: readonly string[];
  readonly tests: readonly string[];
}

export interface Evidence {
  readonly rows: readonly Row[];
  /** Rows without code or test and without a word about it, rows that do not exist; empty where all is well. */
  readonly faults: readonly string[];
}

export function gatherEvidence(matrix: readonly Requirement[], files: readonly SourceFile[]): Evidence {
  const ids = new Set(matrix.map(({ id }) => id));
  const code = new Map<string, Set<string>>(matrix.map(({ id }) => [id, new Set()]));
  const tests = new Map<string, Set<string>>(matrix.map(({ id }) => [id, new Set()]));
  const faults: string[] = [];
  for (const { path, text } of files) {
    const isTest = path.endsWith('.test.ts');
    for (const id of isTest ? rowsProvenIn(text) : rowsServedBy(matrix, text)) {
      if (ids.has(id)) (isTest ? tests : code).get(id)!.add(path);
      else faults.push(`${path}: there is no row ${id}`);
    }
  }
  const rows = matrix.map((row) => ({
    ...row,
    code: [...code.get(row.id)!].sort(),
    tests: [...tests.get(row.id)!].sort(),
  }));
  return { rows, faults: [...faults, ...rows.flatMap(faultsOf)] };
}

function rowsServedBy(matrix: readonly Requirement[], source: string): readonly string[] {
  const comments = commentsOf(source);
  return [
    ...rowsNamedIn(comments),
    ...citationsIn(comments).flatMap((citation) => rowsMeantBy(matrix, citation)),
  ];
}

/** A section counts for the rows of the same section, else for those of the nearest section around it. */
function rowsMeantBy(matrix: readonly Requirement[], { rfc, section }: Citation): readonly string[] {
  for (let around = section; ; around = around.slice(0, Math.max(0, around.lastIndexOf('.')))) {
    const meant = matrix.filter(({ source }) =>
      citationsIn(source).some((one) => one.rfc === rfc && one.section === around),
    );
    if (meant.length > 0 || around === '') return meant.map(({ id }) => id);
  }
}

function faultsOf({ id, code, tests, absence }: Row): readonly string[] {
  const missing = [...(code.length === 0 ? ['code'] : []), ...(tests.length === 0 ? ['test'] : [])];
  if (absence === undefined) return missing.map((part) => `${id}: no ${part} and no reason why`);
  return missing.length === 0 ? [`${id}: has code and test, and a reason why it has none`] : [];
}
