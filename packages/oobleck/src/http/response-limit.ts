// How long an answer may take to be taken. A stream is an answer without end: it lifts the limit and sees to slow readers
// itself.

import type { ServerResponse } from 'node:http';

/** Of requests that went on to node's own request and response, by HTTP/2 stream or HTTP/1.1 response. */
const limited = new WeakMap<object, { dueAtMs: number }>();

/** @param carrier the HTTP/2 stream, or the response of HTTP/1.1 */
export function rememberLimit(carrier: object, exchange: { dueAtMs: number }): void {
  limited.set(carrier, exchange);
}

/**
 * A body that is not read to its end ends the stream of its request; not with the answer, since some clients lose the answer then, but
 * soon after, unless the client has ended by itself. What comes meanwhile is held up by flow control.
 */
export const UNREAD_GRACE_MS = 1_000;

/** Of an HTTP/2 request that was answered without its body being read. */
export function endUnread(response: ServerResponse): void {
  const { stream } = response as ServerResponse & { stream?: object };
  const exchange = limited.get(stream ?? response);
  if (exchange !== undefined) exchange.dueAtMs = performance.now() + UNREAD_GRACE_MS;
}

/** From now on the answer may take as long as it likes. */
export function liftResponseLimit(response: ServerResponse): void {
  const { stream } = response as ServerResponse & { stream?: object };
  const exchange = limited.get(stream ?? response);
  if (exchange !== undefined) exchange.dueAtMs = Number.POSITIVE_INFINITY;
}
