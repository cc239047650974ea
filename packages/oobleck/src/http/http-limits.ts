// What a server allows its clients. Every bound is counted in things that are cheap to count, and holds for HTTP/2 and HTTP/1.1 alike
// unless it says otherwise. Beyond them a client is told so where it can be told (431, 413, 408, 429), else it is cut off.

export interface HttpServerLimits {
  /** Names and values of the fields of one request, default 16384. */
  readonly maxHeaderBytes: number;
  /** Default 64. */
  readonly maxHeaderFields: number;
  /** For the TLS handshake, and for the head of a request over HTTP/1.1, default 10000. */
  readonly headerTimeoutMs: number;
  /** From the first byte of a request to its last, default 30000. Hot routes have shorter ones of their own. */
  readonly requestTimeoutMs: number;
  /** From a request's head to the last byte of its answer, default 60000: nobody keeps answers by not reading them. */
  readonly responseTimeoutMs: number;
  /** Of a connection on which nothing is being asked, whatever else it sends; default 65000, longer than clients keep idle ones. */
  readonly idleTimeoutMs: number;
  /** Concurrent streams of an HTTP/2 connection, default 128. */
  readonly maxStreams: number;
  /** After so many a connection ends, once they are answered; default 100000. */
  readonly maxRequestsPerConnection: number;
  /** Default 10000. */
  readonly maxConnections: number;
  /** TLS handshakes not yet done, default 2000: beyond, the oldest gives way. */
  readonly maxHandshakes: number;
  /** From one address, or one IPv6 /64; default 1000. */
  readonly maxConnectionsPerAddress: number;
  /** Requests from one address that are not yet answered, default 10000. */
  readonly maxOpenRequestsPerAddress: number;
  /** Default 50000, and as many at once. */
  readonly maxRequestsPerSecondPerAddress: number;
  /** CIDR blocks and addresses that the three above do not hold for, such as a load balancer's; none by default. */
  readonly trustedAddresses: readonly string[];
  /** PING and SETTINGS frames that a connection may send in a second, default 50. */
  readonly maxControlFramesPerSecond: number;
  /** Streams that a connection may take back in a second, after 1000 at once; default 100. */
  readonly maxResetsPerSecond: number;
}

export const DEFAULT_LIMITS: HttpServerLimits = {
  maxHeaderBytes: 16_384,
  maxHeaderFields: 64,
  headerTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  responseTimeoutMs: 60_000,
  idleTimeoutMs: 65_000,
  maxStreams: 128,
  maxRequestsPerConnection: 100_000,
  maxConnections: 10_000,
  maxHandshakes: 2_000,
  maxConnectionsPerAddress: 1_000,
  maxOpenRequestsPerAddress: 10_000,
  maxRequestsPerSecondPerAddress: 50_000,
  trustedAddresses: [],
  maxControlFramesPerSecond: 50,
  maxResetsPerSecond: 100,
};
