import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refusal } from '../../test/hostile.ts';
import { encodeBase64url, encodeUtf8 } from '../bytes/index.ts';
import { formatCanonicalJson } from './canonical-json.ts';
import { type Json, type JsonObject, parseJsonObject } from './strict-json.ts';
import vectors from './vectors/canonical-json.rfc8225.json' with { type: 'json' };

/** The same value with the members of every object the other way round. */
function reversed(value: Json): Json {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, reversed(member)]),
  );
}

const object = fc.letrec<{ value: Json; object: JsonObject }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false),
    fc.maxSafeInteger(),
    fc.string({ unit: 'binary' }),
    fc.array(tie('value'), { maxLength: 3 }) as fc.Arbitrary<Json>,
    tie('object'),
  ),
  object: fc.dictionary(fc.string({ unit: 'binary', maxLength: 4 }), tie('value'), { maxKeys: 4 }),
})).object;

describe('P-01: canonical JSON (RFC 8225 Section 9)', () => {
  it.each(vectors.cases)('gives the published bytes: $source', ({ json, base64url }) => {
    const text = formatCanonicalJson(reversed(parseJsonObject(encodeUtf8(json))));
    expect(text).toBe(json);
    if (base64url !== undefined) expect(encodeBase64url(encodeUtf8(text))).toBe(base64url);
  });

  it('orders names by code point, not by UTF-16 unit', () => {
    expect(formatCanonicalJson({ '\u{1F600}': 1, '\uffee': 2, b: 3, aa: 4, a: 5 })).toBe(
      '{"a":5,"aa":4,"b":3,"\uffee":2,"\u{1F600}":1}',
    );
  });

  it('reads back as what it was, in one spelling only', () => {
    const check = (value: JsonObject) => {
      const text = formatCanonicalJson(value);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(formatCanonicalJson(reversed(value))).toBe(text);
      expect(formatCanonicalJson(parseJsonObject(encodeUtf8(text)))).toBe(text);
    };
    fc.assert(fc.property(object, check));
  });

  it.each([1.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY])('has no form for %d', (number) =>
    expect(() => formatCanonicalJson({ deep: [number] })).toThrow(refusal('ERR_JSON_FORMAT')),
  );
});
