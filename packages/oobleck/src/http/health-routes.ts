// Health of the process for whoever sends it traffic: `/health/live` says that it runs, `/health/ready` and `/health` whether calls
// should come here. Names of parts only, nothing that depends on calls. Answered however busy the process is.
//
//   GET /health/live    200 {"status":"live"}
//   GET /health/ready   200 {"status":"ready","checks":{...}} or 503 with "unready" or "draining"

import type { Readiness } from '../operate/index.ts';
import type { HotExchange, HotRoutes } from './hot-exchange.ts';
import { problem } from './problem.ts';

const LIVE = '/health/live';
const READY = new Set(['/health', '/health/ready']);

export function createHealthRoutes(readiness: Readiness): HotRoutes {
  return (exchange) => {
    const { target, method } = exchange;
    if (!target.startsWith('/health') || (target !== LIVE && !READY.has(target))) return false;
    if (method !== 'GET' && method !== 'HEAD')
      exchange.refuse(problem(405, 'method-not-allowed', 'The method is not allowed here'), [
        'allow',
        'GET, HEAD',
      ]);
    else if (target === LIVE) send(exchange, 200, { status: 'live' });
    else sendReadiness(exchange, readiness);
    return true;
  };
}

function sendReadiness(exchange: HotExchange, readiness: Readiness): void {
  const { isReady, isDraining, checks } = readiness.state();
  const status = isReady ? 'ready' : isDraining ? 'draining' : 'unready';
  send(exchange, isReady ? 200 : 503, { status, checks });
}

function send(exchange: HotExchange, status: number, document: object): void {
  const body = Buffer.from(JSON.stringify(document));
  const fields = [
    'content-type',
    'application/json',
    'content-length',
    String(body.length),
    'cache-control',
    'no-store',
  ];
  exchange.answer({ status, fields }, body);
}
