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
  const [named, cited, tests] = [filesByRow(matrix), filesByRow(matrix), filesByRow(matrix)];
  const faults: string[] = [];
  const note = (found: Map<string, Set<string>>, ids: readonly string[], path: string): void => {
    for (const id of ids) {
      const paths = found.get(id);
      if (paths === undefined) faults.push(`${path}: there is no row ${id}`);
      else paths.add(path);
    }
  };
  for (const { path, text } of files) {
    if (path.endsWith('.test.ts')) {
      note(tests, rowsProvenIn(text), path);
      continue;
    }
    const comments = commentsOf(text);
    note(named, rowsNamedIn(comments), path);
    note(cited, rowsCitedIn(matrix, comments), path);
  }
  const rows = matrix.map((row) => {
    // Where several rows share a section, citing it says too little: those who name the row are its code then.
    const code = named.get(row.id)!.size > 0 ? named : cited;
    return { ...row, code: [...code.get(row.id)!].sort(), tests: [...tests.get(row.id)!].sort() };
  });
  return { rows, faults: [...faults, ...rows.flatMap(faultsOf)] };
}

function filesByRow(matrix: readonly Requirement[]): Map<string, Set<string>> {
  return new Map(matrix.map(({ id }) => [id, new Set()]));
}

function rowsCitedIn(matrix: readonly Requirement[], comments: string): readonly string[] {
  return citationsIn(comments).flatMap((citation) => rowsMeantBy(matrix, citation));
}

/** A section counts for the rows of it, of its steps where they name some, else for those of the nearest section around. */
function rowsMeantBy(matrix: readonly Requirement[], { rfc, section, steps }: Citation): readonly string[] {
  const isOneOf = (wanted: readonly number[]): boolean => wanted.some((step) => steps?.includes(step));
  for (let around = section; ; around = around.slice(0, Math.max(0, around.lastIndexOf('.')))) {
    const meant = matrix.filter(({ source }) =>
      citationsIn(source).some(
        (one) => one.rfc === rfc && one.section === around && (one.steps === undefined || isOneOf(one.steps)),
      ),
    );
    if (meant.length > 0 || around === '') return meant.map(({ id }) => id);
  }
}

function faultsOf({ id, code, tests, absence }: Row): readonly string[] {
  const missing = [...(code.length === 0 ? ['code'] : []), ...(tests.length === 0 ? ['test'] : [])];
  if (absence === undefined) return missing.map((part) => `${id}: no ${part} and no reason why`);
  return missing.length === 0 ? [`${id}: has code and test, and a reason why it has none`] : [];
}
