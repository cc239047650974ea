// Configuration of cover traffic. Left out, none is sent.

import Type, { type Static } from 'typebox';
import { strict } from './configuration-fields.ts';

export const COVER = Type.Object(
  {
    perHour: Type.Integer({ minimum: 1, maximum: 3_600_000, description: 'deposits an hour, on average' }),
    reservedTokens: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 1_000_000, description: 'tokens that are left for calls' }),
    ),
    retract: Type.Optional(
      Type.Boolean({ description: 'true where the switch says which calls were answered' }),
    ),
  },
  strict,
);

export type CoverConfiguration = Static<typeof COVER>;
