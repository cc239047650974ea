// Writes a byte string of a size known beforehand. Integers are big-endian; what is not written stays zero,
// which is how padding comes about.

import { StirError } from '../stir-error.ts';

export interface ByteWriter {
  readonly length: number;
  uint8(value: number): ByteWriter;
  uint16(value: number): ByteWriter;
  uint32(value: number): ByteWriter;
  bytes(value: Uint8Array): ByteWriter;
  /** The whole buffer, unwritten bytes zero. */
  finish(): Uint8Array<ArrayBuffer>;
}

/** A writer over `size` zero bytes. Its methods throw StirError ERR_BYTES_FORMAT where a value has no room. */
export function createByteWriter(size: number): ByteWriter {
  const out = new Uint8Array(size);
  let at = 0;
  const room = (length: number): number => {
    if (length > size - at) throw new StirError('ERR_BYTES_FORMAT', 'value does not fit');
    at += length;
    return at - length;
  };
  const integer = (length: number, value: number): ByteWriter => {
    if (!Number.isInteger(value) || value < 0 || value >= 2 ** (8 * length))
      throw new StirError('ERR_BYTES_FORMAT', 'integer out of range');
    for (let i = room(length), shift = 8 * (length - 1); shift >= 0; i++, shift -= 8)
      out[i] = value >>> shift;
    return writer;
  };
  const writer: ByteWriter = {
    get length() {
      return at;
    },
    uint8: (value) => integer(1, value),
    uint16: (value) => integer(2, value),
    uint32: (value) => integer(4, value),
    bytes(value) {
      out.set(value, room(value.length));
      return writer;
    },
    finish: () => out,
  };
  return writer;
}
