// Identity header field values after the grammar of RFC 8224 Section 4, with all it leaves free: order of parameters,
// letter case, blanks, folded lines, quoted or bare values, either alphabet of base64, several values in one field.

import type { Chance } from './chance.ts';
import { damagedText } from './damage.ts';
import { generatePassport, TYPES } from './jws-grammar.ts';

const BLANKS = ['', '', '', '', ' ', '\t', '\r\n ', ' \r\n\t', '\r\n'];
const URIS = [
  'https://cert.example.org/passport.pem',
  'https://a/;b?c=d#e',
  'cid:x@y',
  'sip:a@b',
  '',
  'a b',
  'https://a/"',
];
const NAMES = ['info', 'Info', 'alg', 'ALG', 'ppt', 'canon', 'x-y', '', 'info'];

export function generateIdentity(chance: Chance): string {
  const values = chance.oneIn(12) ? chance.some(2, 5, () => oneValue(chance)) : [oneValue(chance)];
  const field = values.join(chance.pick([',', ', ', ',\r\n ']));
  return chance.oneIn(3) ? damagedText(chance, field) : field;
}

function oneValue(chance: Chance): string {
  const blank = (): string => chance.pick(BLANKS);
  const parameters = [`info${blank()}=${blank()}<${chance.pick(URIS)}>`];
  if (chance.oneIn(2)) parameters.push(`alg=${value(chance, chance.pick(['ES256', 'es256', 'none']))}`);
  if (!chance.oneIn(3)) parameters.push(`ppt=${value(chance, chance.pick(TYPES))}`);
  parameters.push(...chance.some(0, 3, () => stray(chance)));
  if (chance.oneIn(3)) parameters.reverse();
  return [digest(chance), ...parameters].map((part) => blank() + part + blank()).join(';');
}

/** Full form, compact form, the other alphabet, or nothing of the kind. */
function digest(chance: Chance): string {
  const token = generatePassport(chance, 1);
  switch (chance.below(8)) {
    case 0:
      return `..${token.slice(token.lastIndexOf('.') + 1)}`;
    case 1:
      return token.replaceAll('-', '+').replaceAll('_', '/');
    case 2:
      return `${token}${chance.pick(['=', '==', '.', '.x'])}`;
    case 3:
      return chance.pick(['', '.', '..', '"', '<>', 'a.b.c']);
    default:
      return token;
  }
}

function stray(chance: Chance): string {
  const name = chance.pick(NAMES);
  return chance.oneIn(3)
    ? name
    : `${name}=${value(chance, chance.pick(['x', 'a"b', '\\', ';', ',', '<x>', '']))}`;
}

function value(chance: Chance, plain: string): string {
  return chance.oneIn(2) ? `"${chance.oneIn(3) ? plain.replace(/./g, '\\$&') : plain}"` : plain;
}
