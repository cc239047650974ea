// An answer has to be taken within a time (`responseTimeoutMs`). A stream is an answer without end: it lifts that limit
// and sees to slow readers itself.

import type { ServerResponse } from 'node:http';

const LIFTED = Symbol('response limit lifted');

/** From now on the answer may take as long as it likes. */
export function liftResponseLimit(response: ServerResponse & { readonly stream?: object }): void {
  Object.assign(response.stream ?? response, { [LIFTED]: true });
}

/** @param carrier the stream of HTTP/2, the response of HTTP/1.1 */
export function hasNoResponseLimit(carrier: object): boolean {
  return LIFTED in carrier;
}
