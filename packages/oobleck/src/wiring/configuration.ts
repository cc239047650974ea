// The configuration of a process: which roles it runs, and with what. Every field is checked before anything starts;
// a role that is not named does not run.

import Type, { type Static } from 'typebox';
import { CALL_CENTRE } from './configuration-callcentre.ts';
import { ATIS, CLEAR_TEXT } from './configuration-clear-text.ts';
import { COVER } from './configuration-cover.ts';
import { DRAIN_SECONDS, LIMITS, MEMORY } from './configuration-listen.ts';
import { METRICS } from './configuration-metrics.ts';
import { SIP } from './configuration-sip.ts';
import { STORE, WORKERS } from './configuration-store.ts';
import { KEPT_STREAMS, STREAMS } from './configuration-streams.ts';
import { TRUNKS } from './configuration-trunks.ts';

const text = (description: string) => Type.String({ minLength: 1, maxLength: 1_024, description });
const file = (what: string) => text(`the path of ${what}`);
const origin = Type.String({
  pattern: '^https://[a-z0-9.\\-\\[\\]:]+$',
  maxLength: 256,
  description: 'an https origin without a path, such as https://cps.example.net',
});
/** As browsers write it (RFC 6454 Section 6.2); plain HTTP on this machine only. */
const webOrigin = Type.String({
  pattern: '^(https://[a-z0-9.\\-\\[\\]:]+|http://(localhost|127\\.0\\.0\\.1|\\[::1\\])(:[0-9]{1,5})?)$',
  maxLength: 256,
  description: 'the origin of a page, such as https://app.example.net',
});
const authority = Type.String({
  pattern: '^[a-z0-9.\\-\\[\\]:]+$',
  maxLength: 256,
  description: 'a host name, with a port unless it is 443',
});
const integer = (minimum: number, maximum: number) =>
  Type.Integer({ minimum, maximum, description: `an integer from ${minimum} to ${maximum}` });
const list = <T extends Type.TSchema>(item: T, what: string, minItems = 0, maxItems = 10_000) =>
  Type.Array(item, { minItems, maxItems, description: `a list of ${what}` });
const strict = { additionalProperties: false };

const tls = Type.Object(
  { certificateFile: file('a PEM certificate chain'), keyFile: file('a PEM private key') },
  strict,
);

const entry = Type.String({
  pattern: '^([02]-[0-9A-Z#*]{1,16}|1-[0-9]{1,15}-[0-9]{1,15})$',
  description: '2-NUMBER, 1-START-COUNT or 0-SPC',
});

const httpsUrl = Type.String({ pattern: '^https://', maxLength: 2_048, description: 'an https URL' });

const sha256 = Type.String({ pattern: '^[0-9a-fA-F]{64}$', description: '64 hexadecimal digits' });

const tenant = Type.Object(
  {
    name: text('the name of a tenant'),
    certificateUrl: Type.String({ pattern: '^https://', maxLength: 2_048, description: 'an https URL' }),
    chainFile: file('the STI certificate chain, PEM, signer first'),
    keyFile: file('the private key of the STI certificate, PEM'),
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

const mailbox = Type.Object(
  {
    tenant: Type.Optional(
      text('the tenant that may ask about these numbers; left out, whoever may ask at all'),
    ),
    chainFile: file('the STI certificate chain, PEM, signer first'),
    keyFile: file('the private key of the STI certificate, PEM'),
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
    only: Type.Optional(Type.Boolean({ description: 'true or false' })),
    keyLifetimeSeconds: Type.Optional(integer(60, 604_800)),
  },
  strict,
);

export const CONFIGURATION = Type.Object(
  {
    store: Type.Optional(STORE),
    workers: Type.Optional(WORKERS),
    log: Type.Optional(
      Type.Object(
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
      ),
    ),
    trust: Type.Object(
      {
        anchorsFile: Type.Optional(file('the trust anchors, PEM')),
        caList: Type.Optional(
          Type.Object(
            {
              file: Type.Optional(file('the list of trusted authorities, JWS')),
              url: Type.Optional(httpsUrl),
              signerFile: file('the certificates that sign the list, PEM'),
              stateFolder: text('the path of the folder that oobleck trust import keeps'),
            },
            strict,
          ),
        ),
        crls: Type.Optional(
          list(
            Type.Object(
              { url: httpsUrl, issuerFile: file('the certificates that sign the CRL, PEM') },
              strict,
            ),
            'revocation lists',
          ),
        ),
        preloadFolder: Type.Optional(text('the path of a folder of certificate chains')),
        cpsUriOid: Type.Optional(
          Type.String({
            pattern: '^[0-2](\\.(0|[1-9][0-9]{0,39}))+$',
            maxLength: 256,
            description: 'an object identifier, dotted',
          }),
        ),
        repositories: Type.Optional(list(origin, 'certificate repository origins')),
        listedOnly: Type.Optional(Type.Boolean({ description: 'true or false' })),
        x5uPorts: Type.Optional(list(integer(1, 65_535), 'ports')),
        numberMapFile: Type.Optional(file('a CSV of start,count,spc')),
      },
      strict,
    ),
    client: Type.Optional(
      Type.Object(
        {
          caFile: Type.Optional(file('PEM roots for TLS, instead of the system’s')),
          allowAddresses: Type.Optional(list(text('an address or CIDR block'), 'addresses or CIDR blocks')),
        },
        strict,
      ),
    ),
    listen: Type.Optional(
      Type.Object(
        {
          host: text('an address'),
          port: integer(0, 65_535),
          tls,
          cors: Type.Optional(Type.Object({ origins: list(webOrigin, 'origins of pages', 1) }, strict)),
          limits: Type.Optional(LIMITS),
          drainSeconds: DRAIN_SECONDS,
        },
        strict,
      ),
    ),
    memory: Type.Optional(MEMORY),
    metrics: Type.Optional(METRICS),
    certificates: Type.Optional(
      list(
        Type.Object(
          {
            path: Type.String({
              pattern: '^/[A-Za-z0-9._~/-]{1,200}$',
              description: 'a path such as /sti/alpha.pem',
            }),
            chainFile: file('the STI certificate chain, PEM, signer first'),
          },
          strict,
        ),
        'certificate chains to serve',
      ),
    ),
    cps: Type.Optional(
      Type.Object(
        {
          origin,
          issuers: list(authority, 'issuer names', 1),
          beatMs: Type.Optional(integer(1, 100)),
          memoryMegabytes: Type.Optional(integer(1, 16_777_216)),
          batchDeposits: Type.Optional(Type.Boolean({ description: 'true or false' })),
          streams: Type.Optional(STREAMS),
        },
        strict,
      ),
    ),
    atis: Type.Optional(ATIS),
    clearText: Type.Optional(CLEAR_TEXT),
    issuer: Type.Optional(
      Type.Object(
        {
          name: authority,
          tokensPerDay: Type.Optional(integer(1, 1_000_000_000)),
          keyFolder: Type.Optional(
            text('a folder for the issuer’s keys; without it they end with the process'),
          ),
        },
        strict,
      ),
    ),
    directory: Type.Optional(
      Type.Object(
        {
          cps: Type.Optional(
            list(
              Type.Object({ origin, issuers: list(authority, 'issuer names', 1) }, strict),
              'CPSs with their issuers',
            ),
          ),
        },
        strict,
      ),
    ),
    authentication: Type.Optional(
      Type.Object(
        {
          tenants: list(tenant, 'tenants', 1),
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
          wallet: Type.Optional(
            Type.Object(
              {
                tenant: text('the tenant whose credential draws tokens'),
                targetTokens: Type.Optional(integer(1, 1_000_000)),
                tokenMinimumAgeSeconds: Type.Optional(integer(0, 43_200)),
                fillIntervalSeconds: Type.Optional(integer(1, 3_600)),
              },
              strict,
            ),
          ),
        },
        strict,
      ),
    ),
    verification: Type.Optional(
      Type.Object(
        {
          mailboxes: list(mailbox, 'mailboxes'),
          deadlineMs: Type.Optional(integer(10, 10_000)),
          freshnessSeconds: Type.Optional(integer(1, 600)),
          divertedMaximumAgeSeconds: Type.Optional(integer(1, 10_800)),
          addressesPerCall: Type.Optional(integer(1, 4)),
          streams: Type.Optional(KEPT_STREAMS),
        },
        strict,
      ),
    ),
    trunks: Type.Optional(TRUNKS),
    callcentre: Type.Optional(CALL_CENTRE),
    sip: Type.Optional(SIP),
    rest: Type.Optional(
      Type.Object(
        {
          host: Type.Optional(text('an address; default 127.0.0.1')),
          port: integer(0, 65_535),
          tls: Type.Optional(
            Type.Object(
              {
                certificateFile: file('a PEM certificate chain'),
                keyFile: file('a PEM private key'),
                clientCaFile: Type.Optional(file('PEM roots of client certificates')),
              },
              strict,
            ),
          ),
          defaultTenant: Type.Optional(text('the tenant of whoever is on this machine')),
          hosts: Type.Optional(list(text('a host name'), 'host names')),
          bearerKeys: Type.Optional(
            list(Type.Object({ tenant: text('a tenant'), sha256 }, strict), 'tenants with hashes of keys'),
          ),
          clientCertificates: Type.Optional(
            list(
              Type.Object({ tenant: text('a tenant'), sha256 }, strict),
              'tenants with hashes of certificates',
            ),
          ),
          reasonCodes: Type.Optional(
            Type.Union([Type.Literal('rfc8224'), Type.Literal('man')], { description: 'rfc8224 or man' }),
          ),
          dialPlan: Type.Optional(
            Type.Object(
              {
                countryCode: Type.String({ pattern: '^[1-9][0-9]{0,2}$', description: '1 to 3 digits' }),
                nationalDigits: integer(4, 14),
              },
              strict,
            ),
          ),
        },
        strict,
      ),
    ),
  },
  strict,
);

export type Configuration = Static<typeof CONFIGURATION>;
