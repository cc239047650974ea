// Configuration of streams: how much those of a CPS may send, and which ones a verification service keeps.

import Type, { type Static } from 'typebox';
import { strict } from './configuration-fields.ts';

const MAXIMUM_RATE = 10_000_000_000;
const rate = (what: string) =>
  Type.Integer({ minimum: 16_384, maximum: MAXIMUM_RATE, description: `${what}, at least 16384` });

export const STREAMS = Type.Object(
  {
    perMailbox: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 64, description: 'streams of one signer and mailbox, 0 to 64' }),
    ),
    bytesPerSecond: Type.Optional(rate('bytes a second that all streams together may send')),
    bytesPerSecondOfSigner: Type.Optional(rate('bytes a second that the streams of one signer may send')),
    waitingBytes: Type.Optional(rate('bytes of sealed PASSporTs that wait in one stream')),
  },
  strict,
);

export type StreamsConfiguration = Static<typeof STREAMS>;

/** With it a verification service keeps a stream of each of its mailboxes, and verifies calls from memory. */
export const KEPT_STREAMS = Type.Object(
  {
    cells: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 64, description: 'frames at each tick, 1 to 64' }),
    ),
    cadenceMs: Type.Optional(
      Type.Integer({ minimum: 100, maximum: 5_000, description: 'milliseconds between ticks, 100 to 5000' }),
    ),
    rememberedEnvelopes: Type.Optional(
      Type.Integer({ minimum: 16, maximum: 10_000_000, description: 'envelopes kept, 16 to 10000000' }),
    ),
  },
  strict,
);

export type KeptStreamsConfiguration = Static<typeof KEPT_STREAMS>;
