// Cross-origin requests (Fetch Standard, CORS protocol) for the services that anybody may reach: pages of the origins
// named in the configuration may read answers, no others. It stands before every route, so that what is said depends on
// the request's own fields only, never on a mailbox. No credentials of the browser are ever allowed.

import type { IncomingHttpHeaders } from 'node:http';
import { LIFETIME_HEADER, RETRACT_HEADER, STAKE_HEADER } from '@oobleck/stir/mailbox';
import { type FurtherFields, type PreparedAnswer, prepareAnswer } from './hot-exchange.ts';

export interface CorsOptions {
  /** As browsers write them in `Origin`: `https://app.example.net`. Compared letter by letter. */
  readonly origins: readonly string[];
}

export interface Cors {
  /** Fields of every answer to whoever asks from there: name, value, ... */
  fieldsFor(origin: string | undefined): FurtherFields;
  /** The answer to a preflight of a page that may call; `undefined` for any other request. */
  preflight(method: string | undefined, fields: IncomingHttpHeaders): PreparedAnswer | undefined;
}

const METHODS = 'GET, POST, PUT';
const HEADERS = ['authorization', 'content-type', LIFETIME_HEADER, RETRACT_HEADER, STAKE_HEADER].join(', ');
const PREFLIGHT_AGE_SECONDS = 7_200;

/** Also where no page asks: an answer kept by a cache must not be shown to a page it was not made for. */
const NOBODY: FurtherFields = ['vary', 'origin'];
const PREFLIGHT = prepareAnswer(204, {
  'access-control-allow-methods': METHODS,
  'access-control-allow-headers': HEADERS,
  'access-control-max-age': String(PREFLIGHT_AGE_SECONDS),
});

export function createCors({ origins }: CorsOptions): Cors {
  const allowed = new Map(
    origins.map((origin) => [origin, [...NOBODY, 'access-control-allow-origin', origin]] as const),
  );
  return {
    fieldsFor: (origin) => (origin === undefined ? undefined : allowed.get(origin)) ?? NOBODY,
    preflight(method, fields) {
      const isPreflight = method === 'OPTIONS' && fields['access-control-request-method'] !== undefined;
      return isPreflight && allowed.has(fields.origin ?? '') ? PREFLIGHT : undefined;
    },
  };
}
