// Reads a byte string front to back; every codec of this package uses it. Integers are big-endian.
// Running past the end, or stopping before it, is an error of the input and never a silent zero.

import { StirError } from '../stir-error.ts';

export interface ByteReader {
  /** Bytes not yet read. */
  readonly remaining: number;
  uint8(): number;
  uint16(): number;
  uint32(): number;
  /** The next `length` bytes, as a view. */
  bytes(length: number): Uint8Array;
  /** All that is left, as a view. */
  rest(): Uint8Array;
  /** Throws unless everything has been read. */
  end(): void;
}

/** A reader over `input`. Its methods throw StirError ERR_BYTES_FORMAT where the input is too short or too long. */
export function createByteReader(input: Uint8Array): ByteReader {
  let at = 0;
  const take = (length: number): number => {
    if (length > input.length - at) throw new StirError('ERR_BYTES_FORMAT', 'input ends too early');
    at += length;
    return at - length;
  };
  return {
    get remaining() {
      return input.length - at;
    },
    uint8: () => input[take(1)]!,
    uint16() {
      const i = take(2);
      return (input[i]! << 8) | input[i + 1]!;
    },
    uint32() {
      const i = take(4);
      return ((input[i]! << 24) | (input[i + 1]! << 16) | (input[i + 2]! << 8) | input[i + 3]!) >>> 0;
    },
    bytes(length) {
      const i = take(length);
      return input.subarray(i, i + length);
    },
    rest() {
      const i = take(input.length - at);
      return input.subarray(i);
    },
    end() {
      if (at !== input.length) throw new StirError('ERR_BYTES_FORMAT', 'bytes after the end');
    },
  };
}
