// Telephone numbers in canonical form (RFC 8224 Section 8.3), and which numbers a list of entries covers.

import { createNumberCover, parseTelephoneNumber, parseTnEntry } from '@oobleck/stir/number';

console.log(parseTelephoneNumber('+1-215-555-0123'));
console.log(parseTelephoneNumber('(215) 555-0123', { countryCode: '1', nationalDigits: 10 }));

const cover = createNumberCover(['1-12155550000-1000', '2-13035550123'].map(parseTnEntry));
for (const text of ['12155550999', '12155551000', '13035550123'])
  console.log(text, cover.coversNumber(parseTelephoneNumber(text)));

// Prints:
// 12155550123
// 12155550123
// 12155550999 true
// 12155551000 false
// 13035550123 true
