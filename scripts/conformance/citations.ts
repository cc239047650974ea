// What a file says about itself: the sections that its comments cite, and the rows of the matrix that it names.

/** One section of one RFC; `section` is empty where a whole document is meant. */
export interface Citation {
  readonly rfc: string;
  readonly section: string;
  /** Of the section, where some are named: `RFC 8816 Section 8.2, steps 2 to 6`. */
  readonly steps?: readonly number[];
}

/** A block, or lines of `//` that follow one another. */
const COMMENT = /\/\/[^\n]*(?:\n[ \t]*\/\/[^\n]*)*|\/\*[\s\S]*?\*\//g;
const LINE_START = /\n[ \t]*(?:\/\/|\*)[ \t]?/g;
const NUMBER = '(?:[0-9]+|[A-Z](?![A-Za-z]))(?:\\.[0-9]+)*';
const AND_MORE = '(?:, and|,| and| to) ';
const CITATION = new RegExp(
  `RFC ([0-9]{4,5})(?: Sections? (${NUMBER}(?:${AND_MORE}${NUMBER})*)(?:,? steps? ([0-9](?:${AND_MORE}[0-9])*))?)?`,
  'g',
);
const ROW = /\b[PICXSRGV]-[0-9]{2}\b/g;
const TEST_NAME = /(['"`])([PICXSRGV]-[0-9]{2}(?:(?:, and|,| and) [PICXSRGV]-[0-9]{2})*): /g;

/** Citations in `text`; a list of sections gives one each. */
export function citationsIn(text: string): readonly Citation[] {
  return [...text.matchAll(CITATION)].flatMap(([, rfc, sections = '', steps]) => {
    const each = sections === '' ? [''] : [...sections.matchAll(new RegExp(NUMBER, 'g'))].map(([one]) => one);
    return each.map((section) => ({
      rfc: rfc!,
      section,
      ...(steps === undefined ? {} : { steps: stepsIn(steps) }),
    }));
  });
}

/** `1, 2 and 4`, `2 to 6`. */
function stepsIn(text: string): readonly number[] {
  const range = /^([0-9]) to ([0-9])$/.exec(text);
  if (range === null) return [...text.matchAll(/[0-9]/g)].map(([step]) => Number(step));
  const first = Number(range[1]);
  return Array.from({ length: Number(range[2]) - first + 1 }, (_, i) => first + i);
}

/** The comments of a source text, a line each, so that a citation may be broken across lines. */
export function commentsOf(source: string): string {
  return [...source.matchAll(COMMENT)].map(([comment]) => comment.replace(LINE_START, ' ')).join('\n');
}

/** Ids of rows in comments. */
export function rowsNamedIn(comments: string): readonly string[] {
  return [...comments.matchAll(ROW)].map(([id]) => id);
}

/** Ids of rows that names of tests begin with: `it('P-03: ...')`, `it('P-03, P-04: ...')`. */
export function rowsProvenIn(test: string): readonly string[] {
  return [...test.matchAll(TEST_NAME)].flatMap(([, , ids]) => rowsNamedIn(ids!));
}
