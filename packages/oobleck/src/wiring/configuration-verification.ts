// The schema of `verification`: the numbers served, where their PASSporTs lie, and how long a call waits for them.

import Type from 'typebox';
import {
  entry,
  file,
  flag,
  integer,
  list,
  origin,
  stiChainFile,
  stiKeyFile,
  strict,
  text,
} from './configuration-fields.ts';
import { KEPT_STREAMS } from './configuration-streams.ts';

const MAILBOX = Type.Object(
  {
    tenant: Type.Optional(
      text('the tenant that may ask about these numbers; left out, whoever may ask at all'),
    ),
    chainFile: stiChainFile,
    keyFile: stiKeyFile,
    numbers: list(entry, '1 to 256 number entries', 1, 256),
    cps: list(origin, '1 to 4 CPS origins', 1, 4),
    directories: list(origin, 'directory origins'),
    mailboxKeyFile: Type.Optional(
      file('where the encryption keys are kept; without it they end with the process'),
    ),
    shards: Type.Optional(integer(1, 65_536)),
    replyBytes: Type.Optional(
      Type.Union([Type.Literal(16_384), Type.Literal(65_536)], { description: '16384 or 65536' }),
    ),
    pages: Type.Optional(integer(1, 16)),
    stake: Type.Optional(integer(0, 7)),
    only: Type.Optional(flag),
    keyLifetimeSeconds: Type.Optional(integer(60, 604_800)),
  },
  strict,
);

export const VERIFICATION = Type.Object(
  {
    mailboxes: list(MAILBOX, 'mailboxes'),
    deadlineMs: Type.Optional(integer(10, 10_000)),
    freshnessSeconds: Type.Optional(integer(1, 600)),
    divertedMaximumAgeSeconds: Type.Optional(integer(1, 10_800)),
    addressesPerCall: Type.Optional(integer(1, 4)),
    streams: Type.Optional(KEPT_STREAMS),
  },
  strict,
);
