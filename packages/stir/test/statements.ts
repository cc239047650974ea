// PASSporT statements of every type, for round trips and damage.

import fc from 'fast-check';
import type { TelephoneNumber } from '../src/number/index.ts';
import type { PassportStatement } from '../src/passport/index.ts';

const digits = fc
  .string({ unit: fc.constantFrom(...'0123456789#*'), minLength: 1, maxLength: 15 })
  .map((text) => text as TelephoneNumber);
const uri = fc.stringMatching(/^sips?:[a-z0-9.]{1,12}@[a-z0-9.]{1,12}$/);
const party = fc.oneof(
  digits.map((number) => ({ kind: 'tn' as const, number })),
  uri.map((one) => ({ kind: 'uri' as const, uri: one })),
);
const sorted = <T extends string>(one: fc.Arbitrary<T>) =>
  fc.uniqueArray(one, { maxLength: 4 }).map((list) => [...list].sort());
const destinations = fc
  .record({ numbers: sorted(digits), uris: sorted(uri) })
  .filter(({ numbers, uris }) => numbers.length + uris.length > 0);
const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 });
const digest = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => ({
  algorithm: 'sha256' as const,
  digest: bytes,
}));
const diversion = fc.record(
  { from: party, historyIndex: fc.stringMatching(/^[1-9](\.[1-9]){0,3}$/) },
  { requiredKeys: ['from'] },
);
const priority = fc.oneof(
  fc.record({ authorized: fc.uniqueArray(fc.constantFrom('ets.0', 'wps.1', 'esnet.1'), { minLength: 1 }) }),
  fc.constant({ authorized: ['esnet.0'], isEmergencyCallback: true as const }),
);
const richCallData = fc.record(
  { name: text, iconUrl: fc.constant('https://example.com/icon.png'), alternateNumber: digits },
  { requiredKeys: ['name'] },
);
const shaken = fc.record({ attestation: fc.constantFrom('A' as const, 'B', 'C'), originationId: fc.uuid() });

const particulars: fc.Arbitrary<Omit<PassportStatement, 'originator' | 'destinations' | 'issuedAt'>> =
  fc.oneof(
    fc.record({ extension: fc.constant('base' as const), id: text }, { requiredKeys: ['extension'] }),
    fc.record({ extension: fc.constant('shaken' as const), shaken }),
    fc.record({ extension: fc.constant('div' as const), diversion }),
    fc.record({
      extension: fc.constant('div-o' as const),
      diversion: diversion.map((one) => ({ ...one, original: 'aa.bb.cc' })),
    }),
    fc.record({ extension: fc.constant('rph' as const), priority }),
    fc.record({ extension: fc.constant('rsp' as const) }),
    fc.record({
      extension: fc.constant('msg' as const),
      message: fc.record({ body: digest }, { requiredKeys: [] }),
    }),
    fc.record(
      { extension: fc.constant('rcd' as const), richCallData, callReason: text, issuer: text },
      { requiredKeys: ['extension', 'richCallData'] },
    ),
  );

/** Statements that a signer can sign. */
export const statements: fc.Arbitrary<PassportStatement> = fc
  .tuple(fc.record({ originator: party, destinations, issuedAt: fc.nat() }), particulars)
  .map(([parties, rest]) => ({ ...parties, ...rest }))
  .filter(({ diversion: one, destinations: { numbers, uris } }) => {
    if (one === undefined) return true;
    return one.from.kind === 'tn' ? !numbers.includes(one.from.number) : !uris.includes(one.from.uri);
  });
