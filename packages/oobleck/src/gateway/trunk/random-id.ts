// Random UUIDs (RFC 9562 Section 5.4), each one plain text: what `node:crypto` puts together of twenty pieces stays twenty
// pieces for as long as somebody keeps it, and a gateway keeps two for every call.

import { randomFillSync } from 'node:crypto';

const ID_BYTES = 16;
const DRAWN_AT_ONCE = 256;
/** Places of the hexadecimal digits; the others are hyphens. */
const PLACES = [...'xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx'].flatMap((letter, at) =>
  letter === 'x' ? [at] : [],
);
const DIGITS = Buffer.from('0123456789abcdef', 'latin1');

export function createRandomIds(): () => string {
  const drawn = Buffer.alloc(DRAWN_AT_ONCE * ID_BYTES);
  const text = Buffer.from('00000000-0000-0000-0000-000000000000', 'latin1');
  let next = drawn.length;
  return () => {
    if (next === drawn.length) {
      randomFillSync(drawn);
      next = 0;
    }
    drawn[next + 6] = (drawn[next + 6]! & 0x0f) | 0x40;
    drawn[next + 8] = (drawn[next + 8]! & 0x3f) | 0x80;
    for (let at = 0; at < ID_BYTES; at++) {
      const byte = drawn[next + at]!;
      text[PLACES[2 * at]!] = DIGITS[byte >> 4]!;
      text[PLACES[2 * at + 1]!] = DIGITS[byte & 0x0f]!;
    }
    // Nobody is to find there what was given out.
    drawn.fill(0, next, next + ID_BYTES);
    next += ID_BYTES;
    return text.toString('latin1');
  };
}
