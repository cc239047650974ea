// Cross-origin requests (Fetch Standard, CORS protocol) for the services that anybody may reach: pages of the origins
// named in the configuration may read answers, no others. It stands before every route, so that what is said depends on
// the request's own fields only, never on a mailbox. No credentials of the browser are ever allowed.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { LIFETIME_HEADER, RETRACT_HEADER, STAKE_HEADER } from '@oobleck/stir/mailbox';

export interface CorsOptions {
  /** As browsers write them in `Origin`: `https://app.example.net`. Compared letter by letter. */
  readonly origins: readonly string[];
}

/** Answers a preflight and says true; or adds what an answer needs, and says false. */
export type Cors = (request: IncomingMessage, response: ServerResponse) => boolean;

const METHODS = 'GET, POST, PUT';
const HEADERS = ['authorization', 'content-type', LIFETIME_HEADER, RETRACT_HEADER, STAKE_HEADER].join(', ');
const PREFLIGHT_AGE_SECONDS = 7_200;

export function createCors({ origins }: CorsOptions): Cors {
  const allowed = new Set(origins);
  return (request, response) => {
    // Also where no page asks: an answer kept by a cache must not be shown to a page it was not made for.
    response.setHeader('vary', 'origin');
    const { origin } = request.headers;
    if (origin === undefined || !allowed.has(origin)) return false;
    response.setHeader('access-control-allow-origin', origin);
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined)
      return false;
    response
      .writeHead(204, {
        'access-control-allow-methods': METHODS,
        'access-control-allow-headers': HEADERS,
        'access-control-max-age': String(PREFLIGHT_AGE_SECONDS),
      })
      .end();
    return true;
  };
}
