// A piece of a message: bytes that stand somewhere in it, and their text where somebody wants it. Parsers go by bytes: a
// text is of many kinds inside the engine (whole, cut out, put together), and a loop over its letters is slow for that.

export class Piece {
  readonly bytes: Buffer;
  readonly start: number;
  /** Behind the last byte. */
  readonly end: number;

  constructor(bytes: Buffer, start: number, end: number) {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
  }

  /** A byte a character (latin1), so that it is copied into an answer as it came. */
  get text(): string {
    return textIn(this.bytes, this.start, this.end);
  }
}

export function textIn(bytes: Buffer, start: number, end: number): string {
  return start >= end ? '' : bytes.toString('latin1', start, end);
}

/** Where the byte is, in what lies between `from` and `to`; -1 where it is not. */
export function placeOf(bytes: Buffer, byte: number, from: number, to: number): number {
  for (let at = from; at < to; at++) if (bytes[at] === byte) return at;
  return -1;
}

export function lastPlaceOf(bytes: Buffer, byte: number, from: number, to: number): number {
  for (let at = to - 1; at >= from; at--) if (bytes[at] === byte) return at;
  return -1;
}
