// SIP messages after the grammar of RFC 3261, with all it leaves free: folded lines, blanks, compact names, quotes, lists,
// escapes; some of them the torture messages of RFC 4475. Most get damaged.

import type { Chance } from '../../../stir/test/fuzz/chance.ts';
import { damagedText } from '../../../stir/test/fuzz/damage.ts';
import { generateIdentity } from '../../../stir/test/fuzz/identity-grammar.ts';
import vectors from '../../src/gateway/sip/vectors/torture.rfc4475.json' with { type: 'json' };

const BLANKS = ['', '', '', ' ', ' ', '\t', '\r\n ', ' \r\n\t', '\r\n', '\n'];
const METHODS = ['INVITE', 'INVITE', 'INVITE', 'OPTIONS', 'ACK', 'CANCEL', 'BYE', 'X!', ''];
const HOSTS = ['192.0.2.1', '[2001:db8::1]', 'h.example', 'h', '-', '[', ''];
const USERS = [
  '+12155551212',
  'alice',
  '%00',
  'a;tgrp=x;trunk-context=y',
  '+1;verstat=TN-Validation-Passed',
  '(*)',
  '',
];
const SCHEMES = ['sip', 'sip', 'sip', 'sips', 'tel', 'SIP', 'isbn', ''];
const PARAMETERS = [
  'tag=a',
  'branch=z9hG4bK1',
  'rport',
  'received=1.2.3.4',
  'x="a;b,\\"c"',
  'lr',
  'a=<',
  '=',
  'q=0.5',
];
const NAMES = ['', '', '"Alice, \\"B\\"" ', 'A B ', 'A, B ', '"open ', '\xc3\xa9 '];

export function generateSip(chance: Chance): string {
  const message = chance.oneIn(5) ? chance.pick(vectors.messages).message : oneMessage(chance);
  return chance.oneIn(2) ? damagedText(chance, message) : message;
}

function oneMessage(chance: Chance): string {
  const method = chance.pick(METHODS);
  const fields = [
    ...chance.some(1, 4, () => `${chance.pick(['Via', 'v', 'VIA'])}:${listOf(chance, () => via(chance))}`),
    `From:${address(chance)}`,
    `${chance.pick(['To', 't'])}:${address(chance)}`,
    `${chance.pick(['Call-ID', 'i'])}: ${chance.pick(['a@b', 'x'.repeat(300), 'a@b@c', ''])}`,
    `CSeq: ${chance.pick(['1', '2147483648', '-1', '01'])} ${chance.oneIn(9) ? 'X' : method}`,
    ...chance.some(0, 8, () => other(chance)),
  ];
  if (chance.oneIn(4)) fields.reverse();
  if (chance.oneIn(8)) fields.push(chance.pick(fields));
  const body = chance.oneIn(3) ? sdp(chance) : '';
  const line = `${method} ${uri(chance)} SIP/${chance.oneIn(20) ? '3.0' : '2.0'}`;
  return `${line}\r\n${fields.join('\r\n')}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

const blank = (chance: Chance): string => chance.pick(BLANKS);

function listOf(chance: Chance, make: () => string): string {
  return chance.some(1, 3, () => `${blank(chance)}${make()}${blank(chance)}`).join(',');
}

function uri(chance: Chance): string {
  const parameters = chance.some(0, 3, () => `;${chance.pick(PARAMETERS)}`).join('');
  const headers = chance.oneIn(15) ? '?Route=%3Csip:a%3E' : '';
  const port = chance.pick(['', '', ':5060', ':0', ':99999']);
  return `${chance.pick(SCHEMES)}:${chance.pick(USERS)}@${chance.pick(HOSTS)}${port}${parameters}${headers}`;
}

function address(chance: Chance): string {
  const inner = uri(chance);
  const bracketed = chance.oneIn(4) ? inner : `${chance.pick(NAMES)}<${inner}>`;
  const parameters = chance.some(0, 3, () => `${blank(chance)};${blank(chance)}${chance.pick(PARAMETERS)}`);
  return blank(chance) + bracketed + parameters.join('');
}

function via(chance: Chance): string {
  const slash = `${blank(chance)}/${blank(chance)}`;
  const transport = chance.pick(['UDP', 'TCP', 'TLS', 'X', '']);
  const parameters = chance.some(0, 4, () => `${blank(chance)};${chance.pick(PARAMETERS)}`).join('');
  return `SIP${slash}2.0${slash}${transport} ${chance.pick(HOSTS)}${chance.pick(['', ':5060'])}${parameters}`;
}

function other(chance: Chance): string {
  switch (chance.below(9)) {
    case 0:
      return `${chance.pick(['Identity', 'y'])}: ${generateIdentity(chance)}`;
    case 1:
      return `P-Asserted-Identity: ${listOf(chance, () => address(chance))}`;
    case 2:
      return `${chance.pick(['Contact', 'm'])}: ${listOf(chance, () => address(chance))}`;
    case 3:
      return `${chance.pick(['Diversion', 'History-Info'])}: ${listOf(chance, () => address(chance))};index=1;mp=1`;
    case 4:
      return `Date: ${chance.pick(['Fri, 25 Sep 2015 19:12:25 GMT', 'Fri, 31 Feb 2015 19:12:25 GMT', 'now'])}`;
    case 5:
      return `Max-Forwards: ${chance.pick(['70', '0', '256', '-1', ''])}`;
    case 6:
      return `Require: ${listOf(chance, () => chance.pick(['100rel', 'x', '', '"']))}`;
    case 7:
      return `${chance.pick(['l', 'Content-Length'])}: ${chance.pick(['0', '5', '-1', '9'.repeat(40)])}`;
    default:
      return chance.pick(['X: y', 'X', ':', 'Identity-Encrypted: AAAA', ' folded', '']);
  }
}

function sdp(chance: Chance): string {
  const key = chance.pick([`sha-256 ${Array(32).fill('AB').join(':')}`, 'sha-256 A', '']);
  return `v=0\r\n${chance.some(0, 3, () => `a=fingerprint:${key}\r\n`).join('')}`;
}
