// Configuration of the interface of a call centre, which is served beside the REST interface.

import Type, { type Static } from 'typebox';
import { integer, strict } from './configuration-fields.ts';

export const CALL_CENTRE = Type.Object(
  {
    waitMs: Type.Optional(integer(400, 60_000)),
    waitingCalls: Type.Optional(integer(1, 1_000_000)),
    keptEvents: Type.Optional(integer(1, 1_000_000)),
    listeners: Type.Optional(integer(1, 10_000)),
    heartbeatMs: Type.Optional(integer(1_000, 300_000)),
  },
  strict,
);

export type CallCentreConfiguration = Static<typeof CALL_CENTRE>;
