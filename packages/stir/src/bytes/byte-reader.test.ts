import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refusal } from '../../test/hostile.ts';
import { createByteReader } from './byte-reader.ts';
import { createByteWriter } from './byte-writer.ts';

describe('reader and writer', () => {
  it('are inverse, big-endian', () => {
    const uint = (bits: number) => fc.integer({ min: 0, max: 2 ** bits - 1 });
    const check = (small: number, middle: number, large: number, tail: Uint8Array) => {
      const writer = createByteWriter(7 + tail.length)
        .uint8(small)
        .uint16(middle)
        .uint32(large)
        .bytes(tail);
      expect(writer.length).toBe(7 + tail.length);
      const reader = createByteReader(writer.finish());
      expect([reader.uint8(), reader.uint16(), reader.uint32()]).toEqual([small, middle, large]);
      expect(reader.remaining).toBe(tail.length);
      expect(reader.rest()).toEqual(tail);
      reader.end();
    };
    fc.assert(fc.property(uint(8), uint(16), uint(32), fc.uint8Array({ maxLength: 9 }), check));
    const view = new DataView(createByteWriter(6).uint16(0x0102).uint32(0xfffefdfc).finish().buffer);
    expect([view.getUint16(0), view.getUint32(2)]).toEqual([0x0102, 0xfffefdfc]);
  });

  it('leave what is not written zero', () => {
    expect(createByteWriter(3).uint8(7).finish()).toEqual(Uint8Array.of(7, 0, 0));
  });

  it.each([
    ['reading past the end', () => createByteReader(new Uint8Array(1)).uint16()],
    ['reading 4 of 3', () => createByteReader(new Uint8Array(3)).uint32()],
    ['more bytes than there are', () => createByteReader(new Uint8Array(3)).bytes(4)],
    ['reading of nothing', () => createByteReader(new Uint8Array(0)).uint8()],
    ['stopping early', () => createByteReader(new Uint8Array(1)).end()],
    ['writing past the end', () => createByteWriter(1).uint16(1)],
    ['bytes without room', () => createByteWriter(1).bytes(new Uint8Array(2))],
    ['an integer too large', () => createByteWriter(8).uint8(256)],
    ['an integer too large for 32 bits', () => createByteWriter(8).uint32(2 ** 32)],
    ['a negative integer', () => createByteWriter(8).uint16(-1)],
    ['a fraction', () => createByteWriter(8).uint32(1.5)],
  ])('refuse %s', (_, act) => expect(act).toThrow(refusal('ERR_BYTES_FORMAT')));
});
