// The schema of `sip`: where switches send their INVITEs, which switches are answered, and which calls belong to which trunk.

import Type, { type Static } from 'typebox';
import {
  integer,
  list,
  name,
  port,
  serverTlsWithClients,
  sha256,
  strict,
  text,
  words,
} from './configuration-fields.ts';

const hostPort = Type.String({
  pattern: '^([A-Za-z0-9.-]+|\\[[0-9A-Fa-f:.]+\\])(:[0-9]{1,5})?$',
  maxLength: 256,
  description: 'a host, with a port if it is not 5060',
});

const LISTENER = Type.Object(
  {
    name,
    transport: words(['udp', 'tcp', 'tls']),
    host: Type.Optional(text('an address; default 127.0.0.1')),
    port,
    tls: Type.Optional(serverTlsWithClients),
    connectionsPerPeer: Type.Optional(integer(1, 10_000)),
    messageMs: Type.Optional(integer(100, 60_000)),
    idleSeconds: Type.Optional(integer(1, 86_400)),
  },
  strict,
);

const PEER = Type.Object(
  {
    name,
    addresses: list(text('an address or CIDR block'), 'addresses or CIDR blocks', 1, 1_000),
    certificates: Type.Optional(list(sha256, 'hashes of certificates', 1, 1_000)),
  },
  strict,
);

const RULE = Type.Object(
  {
    trunk: name,
    direction: Type.Optional(words(['outgoing', 'incoming'])),
    listener: Type.Optional(name),
    peer: Type.Optional(name),
    trunkGroup: Type.Optional(text('the label of a trunk group')),
    trunkContext: Type.Optional(text('the context of a trunk group')),
    parameter: Type.Optional(
      Type.Object({ name: text('the name of a parameter'), value: text('the value of a parameter') }, strict),
    ),
  },
  strict,
);

export const SIP = Type.Object(
  {
    listeners: list(LISTENER, '1 to 64 listeners', 1, 64),
    peers: list(PEER, 'peers', 1, 1_000),
    rules: list(RULE, 'rules', 1, 1_000),
    names: Type.Optional(list(hostPort, 'hosts', 0, 64)),
    contactHost: Type.Optional(hostPort),
    domain: Type.Optional(
      Type.String({ pattern: '^[A-Za-z0-9.-]+$', maxLength: 253, description: 'a domain' }),
    ),
  },
  strict,
);

export type SipConfiguration = Static<typeof SIP>;
