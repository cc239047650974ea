// The configuration of a process: which roles it runs, and with what. Every field is checked before anything starts;
// a role that is not named does not run. Each section's schema stands in a file of its own.

import Type, { type Static } from 'typebox';
import { AUTHENTICATION } from './configuration-authentication.ts';
import { CALL_CENTRE } from './configuration-callcentre.ts';
import { ATIS, CLEAR_TEXT } from './configuration-clear-text.ts';
import { strict } from './configuration-fields.ts';
import { LISTEN, MEMORY } from './configuration-listen.ts';
import { METRICS } from './configuration-metrics.ts';
import { REST } from './configuration-rest.ts';
import { CERTIFICATES, CPS, DIRECTORY, ISSUER } from './configuration-services.ts';
import { SIP } from './configuration-sip.ts';
import { STORE, WORKERS } from './configuration-store.ts';
import { TRUNKS } from './configuration-trunks.ts';
import { CLIENT, TRUST } from './configuration-trust.ts';
import { VERIFICATION } from './configuration-verification.ts';

const LOG = Type.Object(
  {
    level: Type.Union(
      [
        Type.Literal('debug'),
        Type.Literal('info'),
        Type.Literal('warn'),
        Type.Literal('error'),
        Type.Literal('silent'),
      ],
      { description: 'debug, info, warn, error or silent' },
    ),
  },
  strict,
);

export const CONFIGURATION = Type.Object(
  {
    store: Type.Optional(STORE),
    workers: Type.Optional(WORKERS),
    log: Type.Optional(LOG),
    trust: TRUST,
    client: Type.Optional(CLIENT),
    listen: Type.Optional(LISTEN),
    memory: Type.Optional(MEMORY),
    metrics: Type.Optional(METRICS),
    certificates: Type.Optional(CERTIFICATES),
    cps: Type.Optional(CPS),
    atis: Type.Optional(ATIS),
    clearText: Type.Optional(CLEAR_TEXT),
    issuer: Type.Optional(ISSUER),
    directory: Type.Optional(DIRECTORY),
    authentication: Type.Optional(AUTHENTICATION),
    verification: Type.Optional(VERIFICATION),
    trunks: Type.Optional(TRUNKS),
    callcentre: Type.Optional(CALL_CENTRE),
    sip: Type.Optional(SIP),
    rest: Type.Optional(REST),
  },
  strict,
);

export type Configuration = Static<typeof CONFIGURATION>;
