// The public port: its limits, its TLS certificate, which is taken anew when it changes on disk, and the refusal of more than the process
// has memory for.

import {
  createAddressPolicy,
  createHttpServer,
  type HttpServer,
  type HttpServerOptions,
  type TlsMaterial,
} from '../http/index.ts';
import { ConfigurationError } from '../operate/index.ts';
import type { Configuration } from './configuration.ts';
import type { Environment } from './environment.ts';

type Listen = NonNullable<Configuration['listen']>;
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
    tls: readTls(tls, environment),
    ...(cors === undefined ? {} : { cors }),
    ...(limits === undefined ? {} : { limits: limits as NonNullable<HttpServerOptions['limits']> }),
    ...routes,
    onAnswered: meters.answered,
    readiness,
    isOverloaded,
  });
  renewTls(server, tls, environment);
  return server;
}

function requireAddresses(addresses: readonly string[]): void {
  try {
    createAddressPolicy(addresses);
  } catch {
    throw new ConfigurationError(['listen.limits.trustedAddresses: expected addresses or CIDR blocks']);
  }
}

/** Certificate and key are taken together or not at all; connections that are there stay as they are. */
function renewTls(server: HttpServer, tls: Listen['tls'], environment: Environment): void {
  const { files, live } = environment;
  const load = (): void => {
    const material = readTls(tls, environment);
    try {
      server.replaceTls(material);
    } catch {
      throw new ConfigurationError(['listen.tls: expected a certificate and the key that belongs to it']);
    }
  };
  live.add({ role: 'tls', paths: [files.path(tls.certificateFile), files.path(tls.keyFile)], load });
}

function readTls(tls: Listen['tls'], { files }: Environment): TlsMaterial {
  return {
    certificate: files.text(tls.certificateFile, 'listen.tls.certificateFile'),
    key: files.text(tls.keyFile, 'listen.tls.keyFile'),
  };
}
