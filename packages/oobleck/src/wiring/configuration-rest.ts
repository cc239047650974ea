// The schema of `rest`: where switches ask over HTTP, and who may.

import Type from 'typebox';
import { dialPlan, list, port, serverTlsWithClients, sha256, strict, text } from './configuration-fields.ts';

const bound = Type.Object({ tenant: text('a tenant'), sha256 }, strict);

export const REST = Type.Object(
  {
    host: Type.Optional(text('an address; default 127.0.0.1')),
    port,
    tls: Type.Optional(serverTlsWithClients),
    defaultTenant: Type.Optional(text('the tenant of whoever is on this machine')),
    hosts: Type.Optional(list(text('a host name'), 'host names')),
    bearerKeys: Type.Optional(list(bound, 'tenants with hashes of keys')),
    clientCertificates: Type.Optional(list(bound, 'tenants with hashes of certificates')),
    reasonCodes: Type.Optional(
      Type.Union([Type.Literal('rfc8224'), Type.Literal('man')], { description: 'rfc8224 or man' }),
    ),
    dialPlan: Type.Optional(dialPlan),
  },
  strict,
);
