// Draws a flow as a ladder of text: a line for each party, an arrow for each step, at most 100 columns.

import type { Flow } from './flow.ts';

const COLUMNS = 100;
const MARGIN = 9;

export function drawLadder({ parties, steps }: Flow): string {
  const width = Math.floor((COLUMNS - 2 * MARGIN) / (parties.length - 1));
  const columns = new Map(parties.map((party, at) => [party, MARGIN + at * width]));
  const columnOf = (party: string): number => {
    const column = columns.get(party);
    if (column === undefined) throw new Error(`no party ${party}`);
    return column;
  };
  const rails = (): string[] => {
    const line = new Array<string>(COLUMNS).fill(' ');
    for (const at of columns.values()) line[at] = '│';
    return line;
  };
  const titles = new Array<string>(COLUMNS).fill(' ');
  for (const [party, at] of columns) write(titles, at - Math.floor(party.length / 2), party);
  const drawn = steps.flatMap(([from, to, what]) =>
    from === to ? [note(rails(), columnOf(from), what)] : arrow(rails, columnOf(from), columnOf(to), what),
  );
  return [titles, rails(), ...drawn, rails()].map((line) => line.join('').trimEnd()).join('\n');
}

function arrow(rails: () => string[], from: number, to: number, what: string): string[][] {
  const [label, line] = [rails(), rails()];
  const [left, right] = [Math.min(from, to), Math.max(from, to)];
  for (let at = left + 1; at < right; at++) line[at] = '─';
  line[from] = from < to ? '├' : '┤';
  line[to] = from < to ? '▶' : '◀';
  write(label, left + 2, what);
  return [label, line];
}

function note(line: string[], at: number, what: string): string[] {
  const text = `[${what}]`;
  write(line, Math.min(at - Math.floor(text.length / 2), COLUMNS - text.length), text);
  return line;
}

function write(line: string[], at: number, text: string): void {
  for (const [offset, letter] of [...text].entries()) line[Math.max(0, at) + offset] = letter;
}
