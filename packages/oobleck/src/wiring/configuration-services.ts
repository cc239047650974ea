// The schemas of the services that anybody may reach: `cps`, `issuer`, `directory`, and `certificates` to serve.

import Type from 'typebox';
import {
  authority,
  flag,
  integer,
  list,
  origin,
  stiChainFile,
  strict,
  text,
} from './configuration-fields.ts';
import { STREAMS } from './configuration-streams.ts';

const issuers = list(authority, 'issuer names', 1);

export const CPS = Type.Object(
  {
    origin,
    issuers,
    beatMs: Type.Optional(integer(1, 100)),
    memoryMegabytes: Type.Optional(integer(1, 16_777_216)),
    batchDeposits: Type.Optional(flag),
    streams: Type.Optional(STREAMS),
  },
  strict,
);

export const ISSUER = Type.Object(
  {
    name: authority,
    tokensPerDay: Type.Optional(integer(1, 1_000_000_000)),
    keyFolder: Type.Optional(text('a folder for the issuer’s keys; without it they end with the process')),
  },
  strict,
);

export const DIRECTORY = Type.Object(
  { cps: Type.Optional(list(Type.Object({ origin, issuers }, strict), 'CPSs with their issuers')) },
  strict,
);

export const CERTIFICATES = list(
  Type.Object(
    {
      path: Type.String({
        pattern: '^/[A-Za-z0-9._~/-]{1,200}$',
        description: 'a path such as /sti/alpha.pem',
      }),
      chainFile: stiChainFile,
    },
    strict,
  ),
  'certificate chains to serve',
);
