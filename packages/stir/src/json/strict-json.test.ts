import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MUTATIONS, mutated, refusal, unlessRefused } from '../../test/hostile.ts';
import { encodeUtf8 } from '../bytes/index.ts';
import { parseJsonObject } from './strict-json.ts';

const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

describe('parseJsonObject', () => {
  it.each([
    '{}',
    ' {"a" : [ {"a":1}, {"a":2} ] , "b":{"a":{"b":"a"}}}\n',
    '{"a":"\\"a\\":1,\\"a\\":2"}',
    '{"a":["b","b"],"b":"b"}',
    '{"\\u0061":1,"A":2}',
    '{"2":1,"1":2}',
    '{"a":"[[[[[[[[[[[[[[[[[[[["}',
    nested(16),
  ])('reads %j as the platform does', (text) =>
    expect(parseJsonObject(encodeUtf8(text))).toEqual(JSON.parse(text)),
  );

  it.each([
    ['a name twice', '{"a":1,"a":1}'],
    ['a name twice, once escaped', '{"iat":1,"\\u0069at":2}'],
    ['a name twice, both escaped', '{"\\u0061":1,"\\u0061":1}'],
    ['a name twice, deep down', '{"x":[{"y":[1,{"a":{},"b":[],"a":"x"}]}]}'],
    ['a name twice after a list', '{"a":[1,2],"b":{"c":1},"a":3}'],
    ['a name twice, with blanks', '{ "a" : 1 ,\n "a" : 2 }'],
    ['the empty name twice', '{"":1,"":2}'],
    ['a prototype twice', '{"__proto__":1,"__proto__":2}'],
    ['a list', '[]'],
    ['a string', '"a"'],
    ['null', 'null'],
    ['nothing', ''],
    ['more after the end', '{}{}'],
    ['a trailing comma', '{"a":1,}'],
    ['a comment', '{/**/}'],
    ['an unquoted name', '{a:1}'],
    ['a byte order mark', '\ufeff{}'],
    ['17 levels', nested(17)],
    ['65 KiB', `{"a":"${'a'.repeat(65_536)}"}`],
  ])('refuses %s', (_, text) =>
    expect(() => parseJsonObject(encodeUtf8(text))).toThrow(refusal('ERR_JSON_FORMAT')),
  );

  it('refuses bytes that are no UTF-8, and quotes no input', () => {
    expect(() => parseJsonObject(Uint8Array.of(0x7b, 0xff, 0x7d))).toThrow(refusal('ERR_JSON_FORMAT'));
    const act = () => parseJsonObject(encodeUtf8('{"12155551212":x}'));
    expect(act).toThrow(expect.objectContaining({ message: 'not JSON' }));
    expect(act).not.toThrow(expect.objectContaining({ cause: expect.anything() }));
  });

  it('does not let a member become the prototype', () => {
    const value = parseJsonObject(encodeUtf8('{"__proto__":{"iat":1}}'));
    expect(value.iat).toBe(undefined);
    expect(Object.keys(value)).toEqual(['__proto__']);
  });

  it('finds a repeated name wherever it stands', () => {
    const name = fc.string({ unit: fc.constantFrom(...'ab"\\{[,:é'), maxLength: 3 });
    const escaped = (text: string) =>
      `"${Array.from(text, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"`;
    const spell = (text: string, plain: boolean) => (plain ? JSON.stringify(text) : escaped(text));
    const check = (members: [string, boolean, unknown][]) => {
      const text = `{${members.map(([key, plain, value]) => `${spell(key, plain)}:${JSON.stringify(value)}`).join(',')}}`;
      const isUnique = new Set(members.map(([key]) => key)).size === members.length;
      expect(unlessRefused(() => parseJsonObject(encodeUtf8(text))) !== undefined).toBe(isUnique);
    };
    const value = fc.constantFrom(0, 'a', '"a":', { a: 1 }, ['a', 'a'], [{ a: [] }]);
    fc.assert(fc.property(fc.array(fc.tuple(name, fc.boolean(), value), { maxLength: 4 }), check), {
      numRuns: 1_000,
    });
  });

  it('refuses damaged text, or gives an object', () => {
    const original = encodeUtf8('{"dest":{"tn":["12155551213"]},"iat":1471375418,"x":{"\\u00e9":null}}');
    const check = (bytes: Uint8Array) => {
      const value = unlessRefused(() => parseJsonObject(bytes));
      if (value !== undefined) expect(value).toEqual(JSON.parse(Buffer.from(bytes).toString()));
    };
    fc.assert(fc.property(mutated(original), check), MUTATIONS);
  });
});
