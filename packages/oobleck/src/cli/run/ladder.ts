// Draws a scenario as a ladder: a line for each party, an arrow for each message.

import type { Party, Step } from '../../lab/index.ts';

const PARTIES: readonly { readonly party: Party; readonly title: string }[] = [
  { party: 'caller', title: 'calling side' },
  { party: 'AS', title: 'AS' },
  { party: 'CPS', title: 'CPS' },
  { party: 'VS', title: 'VS' },
  { party: 'callee', title: 'called side' },
];
const WIDTH = 17;
const LEFT = 6;

const columnOf = (party: Party): number => LEFT + WIDTH * PARTIES.findIndex((one) => one.party === party);

/** Lines of text, at most 88 columns. */
export function drawLadder(steps: readonly Step[]): readonly string[] {
  return [titles(), ...steps.flatMap(drawStep), lifelines()];
}

function titles(): string {
  const line = blank();
  for (const { party, title } of PARTIES) put(line, columnOf(party) - Math.floor(title.length / 2), title);
  return text(line);
}

function drawStep({ from, to, what }: Step): readonly string[] {
  const [start, end] = [columnOf(from), columnOf(to)];
  const [left, right] = [Math.min(start, end), Math.max(start, end)];
  const arrow = withLifelines();
  for (let at = left + 1; at < right; at++) arrow[at] = '─';
  arrow[start] = start < end ? '├' : '┤';
  arrow[end] = start < end ? '▶' : '◀';
  const label = withLifelines();
  const room = right - left - 2;
  // A label wider than its arrow runs on to whichever side has room.
  const at =
    what.length <= room || left + 2 + what.length < label.length ? left + 2 : right - 1 - what.length;
  put(label, Math.max(0, at), what);
  return [text(label), text(arrow)];
}

function lifelines(): string {
  return text(withLifelines());
}

function withLifelines(): string[] {
  const line = blank();
  for (const { party } of PARTIES) line[columnOf(party)] = '│';
  return line;
}

function blank(): string[] {
  return new Array<string>(LEFT + WIDTH * (PARTIES.length - 1) + 14).fill(' ');
}

function put(line: string[], at: number, what: string): void {
  [...what].forEach((letter, i) => {
    line[at + i] = letter;
  });
}

function text(line: readonly string[]): string {
  return line.join('').trimEnd();
}
