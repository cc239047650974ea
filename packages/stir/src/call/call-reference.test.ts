import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crypto, NOW } from '../../test/carrier.ts';
import { refusal } from '../../test/hostile.ts';
import { parseTelephoneNumber } from '../number/index.ts';
import { type ArrivedCall, callKey, parseCallId, requireNumbers } from './call-reference.ts';

const number = (text: string) => parseTelephoneNumber(text);
const call: ArrivedCall = {
  tenant: 'a',
  callId: 'id-1@switch',
  caller: number('12155551212'),
  called: [number('12155551213'), number('12155551214')],
  formerlyCalled: [],
  arrivedAt: NOW,
};

describe('call reference', () => {
  it.each(['x', 'a84b4c76e66710@pc33.atlanta.example.com', '~'.repeat(256)])('%.40j is a call id', (text) =>
    expect(parseCallId(text)).toBe(text),
  );

  it.each(['', ' ', 'a b', 'a\n', 'é', '\u007f', 'x'.repeat(257)])('%.40j is no call id', (text) =>
    expect(() => parseCallId(text)).toThrow(refusal('ERR_CALL_FORMAT')),
  );

  it('requires canonical numbers, at least one', () => {
    expect(requireNumbers(['1', '*67'])).toEqual(['1', '*67']);
    for (const bad of [[], ['+1'], ['1', ''], ['12155551212345678']])
      expect(() => requireNumbers(bad)).toThrow(refusal('ERR_CALL_FORMAT'));
  });

  it('one call has one key, whatever the order, the time, or the way there', () => {
    const same = { ...call, called: [...call.called].reverse(), formerlyCalled: call.called, arrivedAt: 1 };
    expect(callKey(crypto, same)).toBe(callKey(crypto, call));
    expect(callKey(crypto, call)).toMatch(/^[\w-]{43}$/);
  });

  it('another tenant, id, caller or called number is another call', () => {
    const { caller: _, ...anonymous } = call;
    const others: ArrivedCall[] = [
      { ...call, tenant: 'b' },
      { ...call, callId: 'id-2@switch' },
      { ...call, caller: number('12155551219') },
      { ...call, called: [number('12155551213')] },
      anonymous,
    ];
    expect(new Set([call, ...others].map((one) => callKey(crypto, one))).size).toBe(6);
  });

  it('no text moves from one field into the next', () => {
    const part = fc.string({ unit: fc.constantFrom(...'a",[]\\'), maxLength: 3 });
    const check = (a: readonly [string, string], b: readonly [string, string]) => {
      const key = ([tenant, callId]: readonly [string, string]) =>
        callKey(crypto, { ...call, tenant, callId });
      expect(key(a) === key(b)).toBe(a[0] === b[0] && a[1] === b[1]);
    };
    fc.assert(fc.property(fc.tuple(part, part), fc.tuple(part, part), check), { numRuns: 500 });
  });
});
