// Where Prometheus reads: `GET /metrics` on a port of its own, so that whoever reaches the public port does not see it; and
// `GET /health`, for who watches the process without TLS. On
// loopback it is open to the machine; anywhere else who reads needs a client certificate.

import {
  createAddressPolicy,
  createHttpServer,
  type HotExchange,
  type HttpServer,
  problem,
} from '../http/index.ts';
import { ConfigurationError } from '../operate/index.ts';
import type { MetricsConfiguration } from './configuration-metrics.ts';
import type { Environment, MetricsReader } from './environment.ts';
import { readTls, renewTls } from './tls-files.ts';

const TLS = 'metrics.tls';

export async function startMetricsListener(
  { host = '127.0.0.1', port, tls }: MetricsConfiguration,
  environment: Pick<Environment, 'files' | 'live' | 'log' | 'readiness'>,
  reader: MetricsReader,
): Promise<HttpServer> {
  const { log, readiness } = environment;
  const isLoopback = host === 'localhost' || createAddressPolicy().isLoopback(host);
  if (tls === undefined && !isLoopback)
    throw new ConfigurationError(['metrics.tls: expected on any address but loopback']);
  const server = await createHttpServer({
    host,
    port,
    log,
    readiness,
    hot: (exchange) => answer(exchange, reader),
    ...(tls === undefined ? { allowPlainHttp: true } : { tls: readTls(tls, TLS, environment) }),
  });
  if (tls !== undefined) renewTls(tls, TLS, 'tls', environment, server.replaceTls);
  return server;
}

function answer(exchange: HotExchange, reader: MetricsReader): boolean {
  if (exchange.target !== '/metrics') return false;
  if (exchange.method === 'GET') void show(exchange, reader);
  else
    exchange.refuse(problem(405, 'method-not-allowed', 'The method is not allowed here'), ['allow', 'GET']);
  return true;
}

async function show(exchange: HotExchange, reader: MetricsReader): Promise<void> {
  try {
    const body = Buffer.from(await reader.text());
    const fields = ['content-type', reader.contentType, 'content-length', String(body.length)];
    exchange.answer({ status: 200, fields: [...fields, 'cache-control', 'no-store'] }, body);
  } catch (error) {
    exchange.refuse(error);
  }
}
