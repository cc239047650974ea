// Variable-length integers of QUIC (RFC 9000 Section 16), in the shortest form only, up to 2^30: the length prefix of
// batched token messages.

import { type ByteReader, createByteWriter } from '../bytes/index.ts';
import { StirError } from '../stir-error.ts';

const ONE_BYTE = 0x40;
const TWO_BYTES = 0x4000;
const FOUR_BYTES = 0x40000000;

/** @throws StirError ERR_TOKEN_FORMAT for a longer form than needed, or eight bytes */
export function readVarint(reader: ByteReader): number {
  const first = reader.uint8();
  const low = first & 0x3f;
  if (first < 0x40) return low;
  if (first < 0x80) return shortest((low << 8) | reader.uint8(), ONE_BYTE);
  if (first < 0xc0)
    return shortest(((low << 24) | (reader.uint8() << 16) | reader.uint16()) >>> 0, TWO_BYTES);
  throw new StirError('ERR_TOKEN_FORMAT', 'length over 2^30');
}

/** `value` is below 2^30. */
export function encodeVarint(value: number): Uint8Array {
  if (value < ONE_BYTE) return Uint8Array.of(value);
  if (value < TWO_BYTES)
    return createByteWriter(2)
      .uint16(value | 0x4000)
      .finish();
  if (value < FOUR_BYTES)
    return createByteWriter(4)
      .uint32((value | 0x80000000) >>> 0)
      .finish();
  throw new StirError('ERR_TOKEN_FORMAT', 'length over 2^30');
}

function shortest(value: number, least: number): number {
  if (value < least) throw new StirError('ERR_TOKEN_FORMAT', 'length not in its shortest form');
  return value;
}
