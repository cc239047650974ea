// Short texts that signaling, switches and header fields bring: numbers, URIs, number ranges, fingerprints, ids.

import type { Chance } from './chance.ts';
import { damagedText } from './damage.ts';

const NUMBERS = [
  '+1 (215) 555-1212',
  '12155551212',
  'tel:+1-215-555-1212;phone-context=+1',
  'sip:+12155551212@h;user=phone',
  '*67',
  '011 49 30 1',
];
const URIS = [
  'sip:alice:secret@Example.COM:5061;transport=tcp?x=y',
  'sips:a%41%zz@[2001:db8::1]',
  'urn:service:sos',
  'https://e/%00',
  'sip:a@b@c',
];
const ENTRIES = [
  '0-1234',
  '1-12155551000-1000',
  '2-12155551212',
  '1-10-90',
  '1-0-99999999999999999999',
  '3-',
];
const FINGERPRINTS = [`sha-256 ${Array(32).fill('4A').join(':')}`, 'sha-1 4a:', 'SHA-256  '];
const IDS = [
  'a84b4c76e66710@pc33',
  'x'.repeat(256),
  '',
  '30',
  'A'.repeat(43),
  'cps.example.net:443',
  'H:0',
  'AA',
  'AB==',
];

export function generateShortText(chance: Chance): string {
  const text = chance.pick(chance.pick([NUMBERS, URIS, ENTRIES, FINGERPRINTS, IDS]));
  return damagedText(chance, chance.oneIn(10) ? text.repeat(1 + chance.below(40)) : text);
}
