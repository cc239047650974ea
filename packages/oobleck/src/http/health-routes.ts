// Health of the process for whoever sends it traffic: `/health/live` says that it runs, `/health/ready` and `/health` whether calls
// should come here. Names of parts only, nothing that depends on calls. Answered however busy the process is.
//
//   GET /health/live    200 {"status":"live"}
//   GET /health/ready   200 {"status":"ready","checks":{...}} or 503 with "unready" or "draining"
//   GET /health         the same in the form of the ATIS profiles: 200 {"status":200,"message":"OK"} or 503

import type { Readiness } from '../operate/index.ts';
import type { HotExchange, HotRoutes } from './hot-exchange.ts';
import { problem } from './problem.ts';

const LIVE = '/health/live';
const READY = '/health/ready';
const PLAIN = '/health';
const PATHS = new Set([LIVE, READY, PLAIN]);

export function createHealthRoutes(readiness: Readiness): HotRoutes {
  return (exchange) => {
    const { target, method } = exchange;
    if (!target.startsWith(PLAIN) || !PATHS.has(target)) return false;
    if (method !== 'GET' && method !== 'HEAD')
      exchange.refuse(problem(405, 'method-not-allowed', 'The method is not allowed here'), [
        'allow',
        'GET, HEAD',
      ]);
    else if (target === LIVE) send(exchange, 200, { status: 'live' });
    else sendReadiness(exchange, readiness, target === PLAIN);
    return true;
  };
}

function sendReadiness(exchange: HotExchange, readiness: Readiness, isPlain: boolean): void {
  const { isReady, isDraining, checks } = readiness.state();
  const status = isReady ? 'ready' : isDraining ? 'draining' : 'unready';
  const code = isReady ? 200 : 503;
  const plain = { status: code, message: isReady ? 'OK' : status };
  send(exchange, code, isPlain ? plain : { status, checks });
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
