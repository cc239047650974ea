import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAccessName } from './access-name.ts';

const UUID = '123e4567-e89b-12d3-a456-426655440000';

function wordsOf(name: string): string {
  const packed = createAccessName();
  packed.pack(name);
  return packed.words.join();
}

describe('the name of a used access token', () => {
  it('is the provider and the UUID themselves', () => {
    const packed = createAccessName();
    packed.pack(`1234 ${UUID}`);
    expect(Buffer.from(packed.words.buffer, 0, 4).toString()).toBe('1234');
    expect([...packed.words.subarray(4)]).toEqual([0x123e4567, 0xe89b12d3, 0xa4564266, 0x55440000]);
  });

  it('is another for each other provider, UUID and text', () => {
    const names = [
      `1234 ${UUID}`,
      `123 ${UUID}`,
      `1235 ${UUID}`,
      `ABCDEFGHIJKLMNOP ${UUID}`,
      `ABCDEFGHIJKLMNOPQ ${UUID}`,
      `1234 ${UUID.replace('0000', '0001')}`,
      `1234 ${UUID.toUpperCase()}`,
      `1234-${UUID}`,
      `\u0000${'1234'} ${UUID}`,
      `1234\u0000 ${UUID}`,
      ` ${UUID}`,
      UUID,
      'a',
      '',
      `1234 ${UUID.replaceAll('-', '0')}`,
      `12\u0134 ${UUID}`,
    ];
    expect(new Set(names.map(wordsOf)).size).toBe(names.length);
    const provider = fc.string({ minLength: 1, maxLength: 17 });
    const name = fc.tuple(provider, fc.uuid()).map(([one, id]) => `${one} ${id}`);
    fc.assert(fc.property(name, name, (one, other) => (one === other) === (wordsOf(one) === wordsOf(other))));
  });

  it('is told from what was packed before', () => {
    const packed = createAccessName();
    packed.pack(`1234 ${UUID}`);
    const words = new Uint32Array(10);
    packed.copyTo(words, 2);
    expect(packed.equals(words, 2)).toBe(true);
    packed.pack(`1 ${UUID}`);
    expect(packed.equals(words, 2)).toBe(false);
    packed.pack('another');
    expect(packed.equals(words, 2)).toBe(false);
  });
});
