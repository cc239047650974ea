// JSON text, most of it well formed, some of it only nearly; and objects after a template whose members go astray.

import type { Chance } from './chance.ts';

/** Texts of values for each name: one is taken, mostly the first. */
export type Template = Readonly<Record<string, readonly string[]>>;

const DEPTH = 5;
const NUMBERS = [
  '0',
  '-0',
  '1',
  '1443208345',
  '1e3',
  '1E+308',
  '1e999',
  '-1.5',
  '9007199254740993',
  '01',
  '+1',
  '.5',
];
const PIECES = [
  'a',
  'tn',
  ' ',
  '\\"',
  '\\\\',
  '\\u0000',
  '\\ud800',
  '\\uD83D\\uDE00',
  '\\/',
  '\\x',
  'é',
  '\u2028',
  '\n',
  '__proto__',
];

/** Any JSON value, as text. */
export function generateJson(chance: Chance, depth = DEPTH): string {
  const kind = chance.below(depth > 0 ? 8 : 5);
  if (kind < 2) return quoted(chance);
  if (kind === 2) return chance.pick(NUMBERS);
  if (kind < 5) return chance.pick(['true', 'false', 'null', 'True', '""', '[]', '{}']);
  const blank = chance.pick(['', '', '', ' ', '\n\t', '\u00a0']);
  const inner = (): string => blank + generateJson(chance, depth - 1);
  if (kind === 5) return nested(chance);
  if (kind === 6) return `[${chance.some(0, 6, inner).join(separator(chance))}]`;
  return object(
    chance,
    chance.some(0, 6, () => `${quoted(chance)}${blank}:${inner()}`),
  );
}

/** An object with the members of `template`, most as they should be, some missing, twice, strange or too many. */
export function generateObject(chance: Chance, template: Template): string {
  const members = Object.entries(template).flatMap(([name, values]) => {
    const member = (value: string): string => `"${name}":${value}`;
    const taken = chance.oneIn(4) ? chance.pick(values) : values[0]!;
    switch (chance.below(40)) {
      case 0:
        return [];
      case 1:
        return [member(taken), member(chance.pick(values))];
      case 2:
        return [member(generateJson(chance))];
      default:
        return [member(taken)];
    }
  });
  if (chance.oneIn(12)) members.push(`${quoted(chance)}:${generateJson(chance)}`);
  return object(chance, members);
}

function object(chance: Chance, members: readonly string[]): string {
  return `{${members.join(separator(chance))}}`;
}

function quoted(chance: Chance): string {
  return `"${chance.some(0, 8, () => chance.pick(PIECES)).join('')}"`;
}

function separator(chance: Chance): string {
  return chance.oneIn(40) ? chance.pick([',,', ';', ', ', '']) : ',';
}

/** Deeper than anybody means it, now and then far deeper. */
function nested(chance: Chance): string {
  const depth = chance.oneIn(20) ? 10_000 : chance.below(40);
  return chance.oneIn(2)
    ? '['.repeat(depth) + ']'.repeat(depth)
    : `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
}
