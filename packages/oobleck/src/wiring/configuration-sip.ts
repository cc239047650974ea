// The schema of `sip`: where switches send their INVITEs, which switches are answered, and which calls belong to which trunk.

import Type, { type Static } from 'typebox';

const strict = { additionalProperties: false };
const text = (description: string) => Type.String({ minLength: 1, maxLength: 1_024, description });
const file = (what: string) => text(`the path of ${what}`);
const integer = (minimum: number, maximum: number) =>
  Type.Integer({ minimum, maximum, description: `an integer from ${minimum} to ${maximum}` });
const words = <const T extends readonly string[]>(values: T) =>
  Type.Unsafe<T[number]>(
    Type.Union(
      values.map((value) => Type.Literal(value)),
      { description: values.join(', ') },
    ),
  );
const list = <T extends Type.TSchema>(item: T, what: string, minItems = 0, maxItems = 1_000) =>
  Type.Array(item, { minItems, maxItems, description: `a list of ${what}` });
const name = Type.String({
  pattern: '^[A-Za-z][A-Za-z0-9._-]{0,63}$',
  description: 'a name: letters, digits, dots and dashes',
});
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
    connectionsPerPeer: Type.Optional(integer(1, 10_000)),
    messageMs: Type.Optional(integer(100, 60_000)),
    idleSeconds: Type.Optional(integer(1, 86_400)),
  },
  strict,
);

const PEER = Type.Object(
  {
    name,
    addresses: list(text('an address or CIDR block'), 'addresses or CIDR blocks', 1),
    certificates: Type.Optional(
      list(
        Type.String({ pattern: '^[0-9a-fA-F]{64}$', description: '64 hexadecimal digits' }),
        'hashes of certificates',
        1,
      ),
    ),
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
    peers: list(PEER, 'peers', 1),
    rules: list(RULE, 'rules', 1),
    names: Type.Optional(list(hostPort, 'hosts', 0, 64)),
    contactHost: Type.Optional(hostPort),
    domain: Type.Optional(
      Type.String({ pattern: '^[A-Za-z0-9.-]+$', maxLength: 253, description: 'a domain' }),
    ),
  },
  strict,
);

export type SipConfiguration = Static<typeof SIP>;
