// The REST interface of a process for its switch. On loopback it is open to the machine; on any other address it needs
// TLS and a client certificate or bearer key for everybody.

import { createAccess, createRestFace } from '../gateway/rest/index.ts';
import { createAddressPolicy, createFastifyApp, createHttpServer, type HttpServer } from '../http/index.ts';
import { ConfigurationError } from '../operate/index.ts';
import type { CallCentreService } from './callcentre.ts';
import type { Configuration } from './configuration.ts';
import type { Environment } from './environment.ts';
import type { SwitchSide } from './switch-side.ts';
import { readTls, renewTls } from './tls-files.ts';

type Options = NonNullable<Configuration['rest']>;

const TLS = 'rest.tls';

export async function startRestInterface(
  options: Options,
  environment: Environment,
  { path, trunks }: SwitchSide,
  runs: { readonly isSigning: boolean; readonly isVerifying: boolean },
  tenants: readonly string[],
  centre?: CallCentreService,
): Promise<HttpServer> {
  const { log, now } = environment;
  const host = options.host ?? '127.0.0.1';
  const isLoopback = host === 'localhost' || createAddressPolicy().isLoopback(host);
  const isOpen = isLoopback && options.bearerKeys === undefined && options.clientCertificates === undefined;
  requireProtection(options, isLoopback);
  requireTenants(options, tenants);
  const access = createAccess({
    isOpen,
    defaultTenant: options.defaultTenant ?? tenants[0] ?? 'default',
    ...(options.hosts === undefined ? {} : { hosts: options.hosts }),
    ...(options.bearerKeys === undefined ? {} : { bearerKeys: options.bearerKeys }),
    ...(options.clientCertificates === undefined ? {} : { clientCertificates: options.clientCertificates }),
  });
  const hot = createRestFace({
    path,
    trunks,
    ...runs,
    access,
    now,
    reasonCodes: options.reasonCodes,
  });
  const app = createFastifyApp({ log });
  const callCentre = centre?.mount(app, access, options.dialPlan);
  await app.ready();
  const server = await createHttpServer({
    host,
    port: options.port,
    log,
    hot,
    ...(centre === undefined ? {} : { fallback: app.handle }),
    onAnswered: environment.meters.answered,
    isOverloaded: environment.isOverloaded,
    ...(options.tls === undefined
      ? { allowPlainHttp: true }
      : { tls: readTls(options.tls, TLS, environment) }),
  });
  if (options.tls !== undefined) renewTls(options.tls, TLS, 'rest', environment, server.replaceTls);
  return {
    ...server,
    close(boundMs) {
      callCentre?.close();
      return server.close(boundMs);
    },
  };
}

function requireProtection({ tls, bearerKeys, clientCertificates }: Options, isLoopback: boolean): void {
  if (clientCertificates !== undefined && tls?.clientCaFile === undefined)
    throw new ConfigurationError(['rest.tls.clientCaFile: expected, since rest.clientCertificates is there']);
  if (isLoopback) return;
  if (tls === undefined) throw new ConfigurationError(['rest.tls: expected on any address but loopback']);
  if (bearerKeys === undefined && clientCertificates === undefined)
    throw new ConfigurationError([
      'rest.bearerKeys: expected, or rest.clientCertificates, on any address but loopback',
    ]);
}

/** Where calls are signed, whoever may ask is bound to a tenant that can. */
function requireTenants(options: Options, tenants: readonly string[]): void {
  const check = (tenant: string | undefined, field: string): void => {
    if (tenant !== undefined && tenants.length > 0 && !tenants.includes(tenant))
      throw new ConfigurationError([`${field}: expected the name of a tenant`]);
  };
  check(options.defaultTenant, 'rest.defaultTenant');
  for (const [at, { tenant }] of (options.bearerKeys ?? []).entries())
    check(tenant, `rest.bearerKeys.${at}.tenant`);
  for (const [at, { tenant }] of (options.clientCertificates ?? []).entries())
    check(tenant, `rest.clientCertificates.${at}.tenant`);
}
