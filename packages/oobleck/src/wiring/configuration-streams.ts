// Configuration of the streams of a CPS: how much they may send. Left out, the defaults hold.

import Type, { type Static } from 'typebox';

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
  { additionalProperties: false },
);

export type StreamsConfiguration = Static<typeof STREAMS>;
