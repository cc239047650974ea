import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { citationsIn, commentsOf, rowsProvenIn } from '../scripts/conformance/citations.ts';
import { gatherEvidence } from '../scripts/conformance/evidence.ts';
import type { Requirement } from '../scripts/conformance/matrix.ts';
import { readConformance } from '../scripts/conformance.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MATRIX: readonly Requirement[] = [
  { id: 'P-01', source: 'RFC 8225 Sections 4 and 9', level: 'MUST', demand: 'canonical bytes' },
  { id: 'P-03', source: 'RFC 8225 Section 4.1', level: 'MUST', demand: 'typ' },
  { id: 'I-08', source: 'RFC 9410', level: 'MUST', demand: 'Reason' },
];

/** Evidence out of files given as path and text; only what each row has, and the faults. */
function gather(files: Record<string, string>, matrix = MATRIX) {
  const { rows, faults } = gatherEvidence(
    matrix,
    Object.entries(files).map(([path, text]) => ({ path, text })),
  );
  return { found: Object.fromEntries(rows.map(({ id, code, tests }) => [id, { code, tests }])), faults };
}

describe('docs/conformance.md', () => {
  const { document, faults } = readConformance(ROOT);

  it('has every requirement with code and test, or a reason', () => {
    expect(faults).toEqual([]);
  });

  it('is what the generator writes', () => {
    expect(readFileSync(`${ROOT}/docs/conformance.md`, 'utf8')).toBe(document);
  });
});

describe('reading citations', () => {
  it('finds one and several sections, appendices and whole documents', () => {
    expect(
      citationsIn('RFC 8225 Section 4.1, RFC 8224 Sections 4, 5.1 and 9; RFC 9410. RFC 9180 Section A.1.'),
    ).toEqual([
      { rfc: '8225', section: '4.1' },
      { rfc: '8224', section: '4' },
      { rfc: '8224', section: '5.1' },
      { rfc: '8224', section: '9' },
      { rfc: '9410', section: '' },
      { rfc: '9180', section: 'A.1' },
    ]);
  });

  it('finds the steps of a section: one, several, from one to another', () => {
    expect(
      citationsIn(
        'RFC 8816 Section 8.1 step 1, RFC 8816 Section 8.2, steps 2 to 4; Section 8.2, steps 2 and 6',
      ),
    ).toEqual([
      { rfc: '8816', section: '8.1', steps: [1] },
      { rfc: '8816', section: '8.2', steps: [2, 3, 4] },
    ]);
  });

  it('reads comments only, whole ones', () => {
    const source = `// As RFC 8225\n// Section 4.1 says\nconst a = 'RFC 9410';\n  /**\n   * RFC 8225\n   * Section 9\n   */`;
    expect(citationsIn(commentsOf(source))).toEqual([
      { rfc: '8225', section: '4.1' },
      { rfc: '8225', section: '9' },
    ]);
  });

  it('takes rows from the start of a test name only', () => {
    expect(rowsProvenIn("it('P-03: a'); it.each(b)(`P-01, I-08: c`); it('as P-04: d'); // P-05: e")).toEqual([
      'P-03',
      'P-01',
      'I-08',
    ]);
  });
});

describe('evidence', () => {
  const files = {
    'a.ts': '// RFC 8225 Section 4.1',
    'b.ts': '// RFC 8225 Section 9.1, RFC 8225 Section 5',
    'c.ts': '// I-08',
    'a.test.ts': "it('P-01: x'); it('P-03, I-08: y'); // RFC 8225 Section 9",
  };

  it('belongs to the nearest section around the one cited', () => {
    expect(gather(files)).toEqual({
      found: {
        'P-01': { code: ['b.ts'], tests: ['a.test.ts'] },
        'P-03': { code: ['a.ts'], tests: ['a.test.ts'] },
        'I-08': { code: ['c.ts'], tests: ['a.test.ts'] },
      },
      faults: [],
    });
  });

  it('is what names the row, where anything does; a citation of other steps is none', () => {
    const matrix = [
      { id: 'S-01', source: 'RFC 8816 Section 8.1 step 1', level: 'MUST', demand: 'authority' },
      { id: 'S-03', source: 'RFC 8816 Section 8.1 step 4', level: 'MUST', demand: 'ciphertexts' },
      { id: 'S-09', source: 'RFC 8816 Section 7.5', level: 'design', demand: 'tokens' },
    ];
    const sources = {
      'a.ts': '// RFC 8816 Section 8.1, steps 1 and 2',
      'b.ts': '// RFC 8816 Section 8.1, step 4, RFC 8816 Section 7.5',
      'c.ts': '// What is stored (S-09)',
      'd.ts': '// RFC 8816 Section 8.1',
    };
    const { found } = gather(sources, matrix);
    expect(Object.values(found).map(({ code }) => code)).toEqual([['a.ts'], ['b.ts'], ['c.ts']]);
  });

  it('is missed: a row without code, without test, a row that is none', () => {
    expect(gather({ 'a.ts': '// RFC 8225 Section 4.1, P-99', 'a.test.ts': "it('P-01: x')" }).faults).toEqual([
      'a.ts: there is no row P-99',
      'P-01: no code and no reason why',
      'P-03: no test and no reason why',
      'I-08: no code and no reason why',
      'I-08: no test and no reason why',
    ]);
  });

  it('and a reason why there is none exclude each other', () => {
    const excused = MATRIX.map((row) => ({ ...row, absence: 'Nobody here does it.' }));
    expect(gather({}, excused).faults).toEqual([]);
    expect(gather(files, excused).faults).toHaveLength(3);
  });
});
