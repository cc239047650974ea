// The schema of `trunks`: what is done with the calls of each route of a switch.

import { REASONS } from '@oobleck/stir/verdict';
import Type, { type Static } from 'typebox';

const strict = { additionalProperties: false };
const flag = Type.Boolean({ description: 'true or false' });
const integer = (minimum: number, maximum: number) =>
  Type.Integer({ minimum, maximum, description: `an integer from ${minimum} to ${maximum}` });
const words = <const T extends readonly string[]>(values: T) =>
  Type.Unsafe<T[number]>(
    Type.Union(
      values.map((value) => Type.Literal(value)),
      { description: values.join(', ') },
    ),
  );
const dialled = Type.String({
  pattern: '^\\+?[0-9*#]{0,24}$',
  description: 'digits, * and #, with or without + in front',
});
const number = Type.String({ pattern: '^\\+?[0-9*#]{1,24}$', description: 'a number' });
const list = <T extends Type.TSchema>(item: T, what: string, maxItems = 1_000) =>
  Type.Array(item, { maxItems, description: `a list of ${what}` });

const NUMBERS = Type.Object(
  {
    dialPlan: Type.Optional(
      Type.Object(
        {
          countryCode: Type.String({ pattern: '^[1-9][0-9]{0,2}$', description: '1 to 3 digits' }),
          nationalDigits: integer(4, 14),
        },
        strict,
      ),
    ),
    prefixes: Type.Optional(
      list(Type.Object({ strip: number, add: dialled }, strict), 'prefixes and what stands instead'),
    ),
    ported: Type.Optional(
      list(
        Type.Object({ prefix: dialled, routingDigits: integer(1, 16), numberDigits: integer(1, 15) }, strict),
        'forms of ported numbers',
      ),
    ),
    translations: Type.Optional(
      list(
        Type.Object({ dialled: number, reached: number }, strict),
        'numbers dialled with those reached',
        100_000,
      ),
    ),
    nationalAlternate: Type.Optional(flag),
  },
  strict,
);

export const TRUNK = Type.Object(
  {
    name: Type.String({
      pattern: '^[A-Za-z][A-Za-z0-9._-]{0,63}$',
      description: 'a name: letters, digits, dots and dashes',
    }),
    tenant: Type.String({ minLength: 1, maxLength: 1_024, description: 'the name of a tenant' }),
    direction: Type.Optional(words(['outgoing', 'incoming', 'both'])),
    on: Type.Optional(flag),
    mode: Type.Optional(words(['act', 'monitor'])),
    attestation: Type.Optional(words(['A', 'B', 'C'])),
    originationId: Type.Optional(
      Type.String({ pattern: '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$', description: 'a UUID' }),
    ),
    outgoing: Type.Optional(words(['sign', 'carry', 'sign-or-carry'])),
    incoming: Type.Optional(words(['verify', 'restore'])),
    encryptIdentity: Type.Optional(flag),
    block: Type.Optional(list(words(REASONS.filter((reason) => reason !== 'verified')), 'reasons', 64)),
    trustAssertedIdentity: Type.Optional(flag),
    exemptNumbers: Type.Optional(list(number, 'dialled numbers')),
    addressesPerCall: Type.Optional(integer(1, 8)),
    clearPeers: Type.Optional(
      list(Type.String({ minLength: 1, maxLength: 64, description: 'a name' }), 'names of peers', 64),
    ),
    deadlineMs: Type.Optional(integer(50, 10_000)),
    numbers: Type.Optional(NUMBERS),
  },
  strict,
);

export const TRUNKS = Type.Array(TRUNK, { maxItems: 1_000, description: 'a list of trunks' });

export type TrunkConfiguration = Static<typeof TRUNK>;
