// Damage to input that was well formed: most of it small, some of it up to the largest size that is let in.

import type { Chance } from './chance.ts';

export const MAXIMUM_INPUT = 65_536;

const INTERESTING = [0x00, 0x01, 0x7f, 0x80, 0xff, ...Buffer.from('.;,="\\<>{}[]:/%@ \r\n\t-_+09azAZ')];

/** Often `bytes` as they are, else a copy with a few places changed; now and then grown to the limit. */
export function damaged(chance: Chance, bytes: Uint8Array): Uint8Array {
  if (chance.oneIn(4)) return bytes.subarray(0, MAXIMUM_INPUT);
  let result = Array.from(bytes.subarray(0, MAXIMUM_INPUT));
  for (let edits = 1 + chance.below(3); edits > 0; edits--) result = edited(chance, result);
  if (chance.oneIn(40)) result = grown(chance, result);
  return Uint8Array.from(result.slice(0, MAXIMUM_INPUT));
}

/** The same for text; what is put in is U+0000 to U+00FF. */
export function damagedText(chance: Chance, text: string): string {
  return Buffer.from(damaged(chance, Buffer.from(text, 'latin1'))).toString('latin1');
}

function edited(chance: Chance, bytes: readonly number[]): number[] {
  const at = chance.below(bytes.length + 1);
  const length = Math.min(chance.below(8), bytes.length - at);
  const put = (...inserted: readonly number[]): number[] => [
    ...bytes.slice(0, at),
    ...inserted,
    ...bytes.slice(at + length),
  ];
  switch (chance.below(6)) {
    case 0:
      return put(chance.pick(INTERESTING));
    case 1:
      return put(...chance.bytes(length));
    case 2: // a piece twice
      return put(...bytes.slice(at, at + length), ...bytes.slice(at, at + length));
    case 3: // one bit
      return bytes.map((byte, index) => (index === at ? byte ^ (1 << chance.below(8)) : byte));
    case 4: // cut off
      return bytes.slice(0, at);
    default: // a piece from elsewhere
      return put(...bytes.slice(0, chance.below(32)));
  }
}

/** One piece again and again, in its place, up to the limit. */
function grown(chance: Chance, bytes: readonly number[]): number[] {
  const at = chance.below(bytes.length);
  const piece = bytes.slice(at, at + 1 + chance.below(12));
  if (piece.length === 0) return [...bytes];
  const room = MAXIMUM_INPUT - bytes.length;
  const filling = Array.from({ length: Math.max(0, room) }, (_none, index) => piece[index % piece.length]!);
  return bytes.slice(0, at).concat(filling, bytes.slice(at));
}
