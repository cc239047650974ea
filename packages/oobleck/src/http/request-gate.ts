// What every request passes before its route sees it, over HTTP/2 and HTTP/1.1 alike: what pages may (CORS), how large its head is,
// whether its client asks too much and the process has room. Then the hot routes; what they leave goes on to node's own request and
// response, and the fallback.

import type { Readiness } from '../operate/index.ts';
import { type Cors, type CorsOptions, createCors } from './cors.ts';
import { createHealthRoutes } from './health-routes.ts';
import type { FurtherFields, HotExchange, HotRoutes } from './hot-exchange.ts';
import type { HttpServerLimits } from './http-limits.ts';
import { HttpProblem, type Problem } from './problem.ts';

export interface GateOptions {
  readonly cors?: CorsOptions;
  readonly readiness?: Readiness;
  readonly isOverloaded?: () => boolean;
  readonly hot?: HotRoutes;
}

export interface RequestGate {
  furtherFields(origin: string | undefined): FurtherFields;
  /** @param isWelcome whether its client may ask now @returns whether it is dealt with */
  admit(exchange: HotExchange, rawHeaders: readonly string[], isWelcome: boolean): boolean;
}

export const LARGE_HEADER: Problem = {
  status: 431,
  slug: 'header-fields-too-large',
  title: 'The header fields are larger, or more, than allowed',
};
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const UNKNOWN_METHOD = new HttpProblem({
  status: 501,
  slug: 'unknown-method',
  title: 'This method is not known here',
});
const TOO_MANY_REQUESTS = new HttpProblem({
  status: 429,
  slug: 'too-many-requests',
  title: 'Too much comes from this address or connection at once',
});
const OVERLOADED = new HttpProblem({
  status: 503,
  slug: 'overloaded',
  title: 'There is no room for more now',
  detail: 'The same request again is taken.',
});
export const RETRY_AFTER: FurtherFields = ['retry-after', '1'];
const NONE: FurtherFields = [];

export function createRequestGate(
  { cors: corsOptions, readiness, isOverloaded, hot }: GateOptions,
  limits: HttpServerLimits,
): RequestGate {
  const cors: Cors | undefined = corsOptions && createCors(corsOptions);
  const health = readiness && createHealthRoutes(readiness);
  const largeHeader = new HttpProblem(LARGE_HEADER);
  return {
    furtherFields: cors === undefined ? () => NONE : cors.fieldsFor,
    admit(exchange, rawHeaders, isWelcome) {
      const { method, fields } = exchange;
      const preflight = cors?.preflight(method, fields);
      if (preflight !== undefined) exchange.answer(preflight);
      else if (isLarge(rawHeaders, limits)) exchange.refuse(largeHeader);
      else if (!isWelcome) exchange.refuse(TOO_MANY_REQUESTS, RETRY_AFTER);
      else if (!METHODS.has(method)) exchange.refuse(UNKNOWN_METHOD);
      else if (health?.(exchange)) return true;
      else if (isOverloaded?.()) exchange.refuse(OVERLOADED, RETRY_AFTER);
      else return passed(exchange, hot);
      return true;
    },
  };
}

function passed(exchange: HotExchange, hot: HotRoutes | undefined): boolean {
  try {
    return hot?.(exchange) ?? false;
  } catch (error) {
    exchange.refuse(error);
    return true;
  }
}

/** HTTP/2 holds a peer to the announced size only once the peer has acknowledged it; node leaves fields of HTTP/1.1 beyond a count out. */
function isLarge(
  rawHeaders: readonly string[],
  { maxHeaderBytes, maxHeaderFields }: HttpServerLimits,
): boolean {
  if (rawHeaders.length > 2 * maxHeaderFields) return true;
  let length = 0;
  for (let at = 0; at < rawHeaders.length; at++) length += rawHeaders[at]!.length;
  return length > maxHeaderBytes;
}
