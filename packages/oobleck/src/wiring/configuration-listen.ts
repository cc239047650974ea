// The schema of `listen`: the public port, what clients may take of it, and how it is left; and of `memory`.

import Type, { type Static } from 'typebox';
import { list, port, serverTls, strict, text } from './configuration-fields.ts';

/** As browsers write it (RFC 6454 Section 6.2); plain HTTP on this machine only. */
const webOrigin = Type.String({
  pattern: '^(https://[a-z0-9.\\-\\[\\]:]+|http://(localhost|127\\.0\\.0\\.1|\\[::1\\])(:[0-9]{1,5})?)$',
  maxLength: 256,
  description: 'the origin of a page, such as https://app.example.net',
});

const count = (what: string, minimum = 1, maximum = 10_000_000) =>
  Type.Optional(Type.Integer({ minimum, maximum, description: `${what}, ${minimum} to ${maximum}` }));

const LIMITS = Type.Object(
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
      list(
        Type.String({ minLength: 2, maxLength: 64, description: 'an address or CIDR block' }),
        'addresses or CIDR blocks',
        0,
        1_000,
      ),
    ),
    maxControlFramesPerSecond: count('PING and SETTINGS frames of a connection a second'),
    maxResetsPerSecond: count('streams a second that a connection may take back'),
  },
  strict,
);

/** How long health says no before the port is closed. */
const DRAIN_SECONDS = Type.Optional(
  Type.Integer({ minimum: 0, maximum: 300, description: 'seconds, 0 to 300' }),
);

export const LISTEN = Type.Object(
  {
    host: text('an address'),
    port,
    tls: serverTls,
    cors: Type.Optional(Type.Object({ origins: list(webOrigin, 'origins of pages', 1) }, strict)),
    limits: Type.Optional(LIMITS),
    drainSeconds: DRAIN_SECONDS,
  },
  strict,
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
