// Configuration of what clients may take of the public port, and of how it is left.

import Type, { type Static } from 'typebox';

const count = (what: string, minimum = 1, maximum = 10_000_000) =>
  Type.Optional(Type.Integer({ minimum, maximum, description: `${what}, ${minimum} to ${maximum}` }));
const strict = { additionalProperties: false };

export const LIMITS = Type.Object(
  {
    maxHeaderBytes: count('bytes of the header fields of a request', 1_024, 65_536),
    maxHeaderFields: count('header fields of a request', 16, 1_000),
    headerTimeoutMs: count('milliseconds for a TLS handshake, or the head of a request', 100, 600_000),
    requestTimeoutMs: count('milliseconds for a whole request', 100, 600_000),
    responseTimeoutMs: count('milliseconds until an answer is taken', 100, 600_000),
    idleTimeoutMs: count('milliseconds that a connection may lie idle', 100, 3_600_000),
    maxStreams: count('streams of a connection at once', 1, 10_000),
    maxRequestsPerConnection: count('requests of a connection', 1, 1_000_000_000),
    maxConnections: count('connections'),
    maxHandshakes: count('unfinished TLS handshakes'),
    maxConnectionsPerAddress: count('connections of an address'),
    maxOpenRequestsPerAddress: count('unanswered requests of an address'),
    maxRequestsPerSecondPerAddress: count('requests a second of an address'),
    trustedAddresses: Type.Optional(
      Type.Array(Type.String({ minLength: 2, maxLength: 64, description: 'an address or CIDR block' }), {
        maxItems: 1_000,
        description: 'a list of addresses or CIDR blocks',
      }),
    ),
    maxControlFramesPerSecond: count('PING and SETTINGS frames of a connection a second'),
    maxResetsPerSecond: count('streams a second that a connection may take back'),
  },
  strict,
);

/** How long health says no before the port is closed. */
export const DRAIN_SECONDS = Type.Optional(
  Type.Integer({ minimum: 0, maximum: 300, description: 'seconds, 0 to 300' }),
);

export const MEMORY = Type.Object(
  {
    maximumBytes: Type.Optional(
      Type.Integer({
        minimum: 67_108_864,
        maximum: 1_099_511_627_776,
        description: 'bytes of the process beyond which requests are refused, at least 64 MiB',
      }),
    ),
  },
  strict,
);

export type LimitsConfiguration = Static<typeof LIMITS>;
