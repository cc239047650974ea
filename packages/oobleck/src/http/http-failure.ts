// Why an outgoing request gave no reply. One class, a closed set of codes, and never the path of a URL in the
// message: paths hold mailbox addresses.

export type HttpFailureCode =
  /** Every address of the host is one we do not talk to. */
  | 'refused-address'
  /** The URL itself is not allowed: scheme, userinfo, port, form. */
  | 'refused-url'
  | 'deadline'
  /** The peer let the last requests run into their deadlines; this one was not sent. */
  | 'suspended'
  | 'too-large'
  /** One more redirect than allowed, or one that may not be followed. */
  | 'redirect'
  /** No address, or no connection. */
  | 'connect'
  /** A connection, but no trusted TLS session on it. */
  | 'tls'
  /** A session, but what came over it is no whole HTTP response. */
  | 'protocol';

export class HttpFailure extends Error {
  override readonly name = 'HttpFailure';
  readonly code: HttpFailureCode;

  constructor(code: HttpFailureCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
