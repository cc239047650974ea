// The schema of `authentication`: on whose behalf calls are signed, and how their PASSporTs are left for the called side.

import Type from 'typebox';
import { COVER } from './configuration-cover.ts';
import {
  entry,
  httpsUrl,
  integer,
  list,
  origin,
  stiChainFile,
  stiKeyFile,
  strict,
  text,
} from './configuration-fields.ts';

const TENANT = Type.Object(
  {
    name: text('the name of a tenant'),
    certificateUrl: httpsUrl,
    chainFile: stiChainFile,
    keyFile: stiKeyFile,
    allowedNumbers: Type.Optional(
      Type.Union([Type.Literal('any'), list(entry, 'number entries')], {
        description: 'any, or a list of entries',
      }),
    ),
    highestAttestation: Type.Optional(
      Type.Union([Type.Literal('A'), Type.Literal('B'), Type.Literal('C')], { description: 'A, B or C' }),
    ),
    allowedPriorities: Type.Optional(
      list(
        Type.String({
          pattern: '^[A-Za-z0-9\\-]{1,64}\\.[A-Za-z0-9\\-]{1,64}$',
          description: 'a Resource-Priority value such as ets.0',
        }),
        'Resource-Priority values',
      ),
    ),
  },
  strict,
);

const WALLET = Type.Object(
  {
    tenant: text('the tenant whose credential draws tokens'),
    targetTokens: Type.Optional(integer(1, 1_000_000)),
    tokenMinimumAgeSeconds: Type.Optional(integer(0, 43_200)),
    fillIntervalSeconds: Type.Optional(integer(1, 3_600)),
  },
  strict,
);

export const AUTHENTICATION = Type.Object(
  {
    tenants: list(TENANT, 'tenants', 1),
    directories: list(origin, 'directory origins'),
    mirrorIntervalSeconds: Type.Optional(integer(1, 86_400)),
    deadlineMs: Type.Optional(integer(10, 10_000)),
    lifetimeSeconds: Type.Optional(
      Type.Union([Type.Literal(10), Type.Literal(20), Type.Literal(30), Type.Literal(60)], {
        description: '10, 20, 30 or 60',
      }),
    ),
    tokensPerCall: Type.Optional(integer(1, 64)),
    cover: Type.Optional(COVER),
    wallet: Type.Optional(WALLET),
  },
  strict,
);
