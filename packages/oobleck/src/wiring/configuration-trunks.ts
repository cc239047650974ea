// The schema of `trunks`: what is done with the calls of each route of a switch.

import { REASONS } from '@oobleck/stir/verdict';
import Type, { type Static } from 'typebox';
import { dialPlan, flag, integer, list, name, strict, text, words } from './configuration-fields.ts';

const dialled = Type.String({
  pattern: '^\\+?[0-9*#]{0,24}$',
  description: 'digits, * and #, with or without + in front',
});
const number = Type.String({ pattern: '^\\+?[0-9*#]{1,24}$', description: 'a number' });

const NUMBERS = Type.Object(
  {
    dialPlan: Type.Optional(dialPlan),
    prefixes: Type.Optional(
      list(
        Type.Object({ strip: number, add: dialled }, strict),
        'prefixes and what stands instead',
        0,
        1_000,
      ),
    ),
    ported: Type.Optional(
      list(
        Type.Object({ prefix: dialled, routingDigits: integer(1, 16), numberDigits: integer(1, 15) }, strict),
        'forms of ported numbers',
        0,
        1_000,
      ),
    ),
    translations: Type.Optional(
      list(
        Type.Object({ dialled: number, reached: number }, strict),
        'numbers dialled with those reached',
        0,
        100_000,
      ),
    ),
    nationalAlternate: Type.Optional(flag),
  },
  strict,
);

export const TRUNK = Type.Object(
  {
    name,
    tenant: text('the name of a tenant'),
    direction: Type.Optional(words(['outgoing', 'incoming', 'both'])),
    on: Type.Optional(flag),
    mode: Type.Optional(words(['act', 'monitor'])),
    attestation: Type.Optional(words(['A', 'B', 'C'])),
    originationId: Type.Optional(
      Type.String({ pattern: '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$', description: 'a UUID' }),
    ),
    outgoing: Type.Optional(words(['sign', 'carry', 'sign-or-carry'])),
    removeIdentity: Type.Optional(flag),
    incoming: Type.Optional(words(['verify', 'restore'])),
    encryptIdentity: Type.Optional(flag),
    block: Type.Optional(list(words(REASONS.filter((reason) => reason !== 'verified')), 'reasons', 0, 64)),
    trustAssertedIdentity: Type.Optional(flag),
    trustEmergencyMarks: Type.Optional(flag),
    exemptNumbers: Type.Optional(list(number, 'dialled numbers', 0, 1_000)),
    addressesPerCall: Type.Optional(integer(1, 8)),
    clearPeers: Type.Optional(
      list(Type.String({ minLength: 1, maxLength: 64, description: 'a name' }), 'names of peers', 0, 64),
    ),
    deadlineMs: Type.Optional(integer(50, 10_000)),
    numbers: Type.Optional(NUMBERS),
  },
  strict,
);

export const TRUNKS = list(TRUNK, 'trunks', 0, 1_000);

export type TrunkConfiguration = Static<typeof TRUNK>;
