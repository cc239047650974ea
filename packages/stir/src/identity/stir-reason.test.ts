import { describe, expect, it } from 'vitest';
import { refusal } from '../../test/hostile.ts';
import { shouldRetryInFullForm } from './retry.ts';
import { formatStirReason, parseStirReasons } from './stir-reason.ts';
import vectors from './vectors/reason.rfc9410.json' with { type: 'json' };

describe('I-08: Reason: STIR (RFC 9410 Section 5)', () => {
  it.each(vectors.examples)('%s', (field) => {
    const value = field.slice('Reason: '.length);
    const [reason, ...others] = parseStirReasons(value);
    expect(others).toEqual([]);
    expect(formatStirReason(reason!)).toBe(value);
  });

  it('reads several, in any spelling, and leaves other protocols out', () => {
    expect(
      parseStirReasons('Q.850;cause=16;text="x, y" , stir; CAUSE=438 ;text="a \\"b\\"", STIR;cause=403;x=y'),
    ).toEqual([{ cause: 438, text: 'a "b"' }, { cause: 403 }]);
    expect(parseStirReasons('SIP ;cause=200')).toEqual([]);
  });

  it.each([
    'STIR',
    'STIR ;cause',
    'STIR ;cause=43',
    'STIR ;cause=abc',
    'STIR ;cause=438;cause=403',
    'STIR ;cause=438;text=bare',
    'STIR ;cause=438;ppi="open',
    `STIR ;cause=438${',STIR ;cause=438'.repeat(20)}`,
    `STIR ;cause=438;text="${'x'.repeat(65_536)}"`,
  ])('refuses %.60j', (value) =>
    expect(() => parseStirReasons(value)).toThrow(refusal('ERR_IDENTITY_FORMAT')),
  );
});

describe('I-07: one retry with the full form (RFC 8224 Section 6.1.1)', () => {
  it.each([
    [438, 'compact', 0, true],
    [438, 'compact', 1, false],
    [438, 'full', 0, false],
    [403, 'compact', 0, false],
    [437, 'compact', 0, false],
    [200, 'compact', 0, false],
  ] as const)('%d after the %s form, sent again %d times: %s', (status, form, retries, expected) =>
    expect(shouldRetryInFullForm({ status, form, retries })).toBe(expected),
  );
});
