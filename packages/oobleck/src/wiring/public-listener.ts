// The public port: its limits, its TLS certificate, which is taken anew when it changes on disk, and the refusal of more than the process
// has memory for.

import {
  createAddressPolicy,
  createHttpServer,
  type HttpServer,
  type HttpServerOptions,
} from '../http/index.ts';
import { ConfigurationError } from '../operate/index.ts';
import type { Configuration } from './configuration.ts';
import type { Environment } from './environment.ts';
import { readTls, renewTls } from './tls-files.ts';

type Listen = NonNullable<Configuration['listen']>;
const TLS = 'listen.tls';

type Routes = Pick<HttpServerOptions, 'hot' | 'routes' | 'fallback'>;

export async function startPublicListener(
  listen: Listen,
  environment: Environment,
  routes: Routes,
): Promise<HttpServer> {
  const { host, port, tls, cors, limits } = listen;
  const { log, meters, readiness, isOverloaded } = environment;
  requireAddresses(limits?.trustedAddresses ?? []);
  const server = await createHttpServer({
    host,
    port,
    log,
    tls: readTls(tls, TLS, environment),
    ...(cors === undefined ? {} : { cors }),
    ...(limits === undefined ? {} : { limits: limits as NonNullable<HttpServerOptions['limits']> }),
    ...routes,
    onAnswered: meters.answered,
    readiness,
    isOverloaded,
  });
  renewTls(tls, TLS, 'tls', environment, server.replaceTls);
  return server;
}

function requireAddresses(addresses: readonly string[]): void {
  try {
    createAddressPolicy(addresses);
  } catch {
    throw new ConfigurationError(['listen.limits.trustedAddresses: expected addresses or CIDR blocks']);
  }
}
