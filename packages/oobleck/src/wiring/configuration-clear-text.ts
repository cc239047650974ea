// Configuration of what is spoken with neighbours that keep PASSporTs in clear: `atis`, a CPS of the ATIS profiles, and
// `clearText`, the CPSs of others and whose calls they get to see.

import Type, { type Static } from 'typebox';
import {
  entry,
  file,
  flag,
  httpsUrl,
  integer,
  list,
  name,
  port,
  serverTlsWithClients,
  stiChainFile,
  stiKeyFile,
  strict,
  text,
} from './configuration-fields.ts';

const spc = Type.String({ pattern: '^[0-9A-Z]{1,16}$', description: 'a service provider code' });
const host = Type.String({ pattern: '^[a-z0-9.\\-:]{1,256}$', description: 'a host name in small letters' });
const profile = Type.Union([Type.Literal('96'), Type.Literal('105')], { description: '"96" or "105"' });

export const ATIS = Type.Object(
  {
    hosts: list(host, 'host names', 1),
    profiles: Type.Optional(list(profile, 'profiles', 1)),
    listen: Type.Optional(Type.Object({ host: text('an address'), port, tls: serverTlsWithClients }, strict)),
    certificates: Type.Optional(
      Type.Union([Type.Literal('listed'), Type.Literal('public')], { description: 'listed or public' }),
    ),
    readers: Type.Optional(
      Type.Union([Type.Literal('any'), Type.Literal('owner')], { description: 'any or owner' }),
    ),
    neighbours: Type.Optional(
      list(
        Type.Object({ publisher: spc, readers: list(spc, 'service provider codes', 0) }, strict),
        'publishers with their readers',
        0,
      ),
    ),
    retentionSeconds: Type.Optional(integer(1, 60)),
    freshnessSeconds: Type.Optional(integer(1, 300)),
    requestsPerSecond: Type.Optional(integer(1, 1_000_000)),
  },
  strict,
);

const PEER = Type.Object(
  {
    name,
    profile,
    url: Type.String({
      pattern: '^https://[a-z0-9.\\-\\[\\]:]+(/[A-Za-z0-9._~/-]*[A-Za-z0-9._~-])?$',
      maxLength: 1_024,
      description: 'an https URL without a slash at its end',
    }),
    host: Type.Optional(host),
    path: Type.Optional(
      Type.String({
        pattern: '^/[A-Za-z0-9._~/{}=&?-]*\\{DEST\\}[A-Za-z0-9._~/{}=&?-]*$',
        maxLength: 256,
        description: 'a path with {DEST} and {ORIG}, and {SPC} where it is wanted',
      }),
    ),
    certificateUrl: httpsUrl,
    chainFile: stiChainFile,
    keyFile: stiKeyFile,
    spc: Type.Optional(spc),
    neighbour: Type.Optional(spc),
    lifetimeSeconds: Type.Optional(integer(1, 60)),
    tls: Type.Optional(
      Type.Object(
        { certificateFile: file('a PEM client certificate'), keyFile: file('its PEM private key') },
        strict,
      ),
    ),
  },
  strict,
);

const rule = {
  tenant: Type.Optional(text('the name of a tenant; left out, every tenant')),
  numbers: Type.Optional(list(entry, 'number entries', 1)),
  peers: list(name, 'names of peers', 1),
};

export const CLEAR_TEXT = Type.Object(
  {
    peers: list(PEER, 'peers', 1),
    publish: Type.Optional(list(Type.Object({ ...rule, instead: Type.Optional(flag) }, strict), 'rules', 0)),
    retrieve: Type.Optional(list(Type.Object(rule, strict), 'rules', 0)),
  },
  strict,
);

export type AtisConfiguration = Static<typeof ATIS>;
export type ClearTextConfiguration = Static<typeof CLEAR_TEXT>;
export type PeerConfiguration = Static<typeof PEER>;
