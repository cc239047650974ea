// The CPS of the ATIS profiles in a process: on the port of the public services, or on one of its own, where clients may
// have to show a TLS certificate.

import { createAtisFace } from '../cps/profiles/atis/face/index.ts';
import { createAtisPlacement, type RetrievalPolicy } from '../cps/profiles/atis/index.ts';
import { createHttpServer, type HotRoutes, type HttpServer } from '../http/index.ts';
import type { AtisConfiguration } from './configuration-clear-text.ts';
import type { Environment } from './environment.ts';
import { readTls, renewTls } from './tls-files.ts';

export interface AtisService {
  readonly routes: HotRoutes;
  /** Listens, where the service has a port of its own. */
  listen(): Promise<HttpServer | undefined>;
}

export function createAtisService(options: AtisConfiguration, environment: Environment): AtisService {
  const { crypto, now, trust, stores } = environment;
  const placement = createAtisPlacement(
    { crypto, now, chains: trust, store: stores.clearPassports, seen: stores.seenTokens },
    {
      ...chosen(options),
      hosts: options.hosts,
      fetchesAnywhere: options.certificates === 'public',
      retrieval: policyOf(options, environment),
    },
  );
  const routes = createAtisFace(placement);
  return { routes, listen: async () => options.listen && listenFor(options.listen, environment, routes) };
}

function chosen({ profiles, retentionSeconds, freshnessSeconds, requestsPerSecond }: AtisConfiguration) {
  return {
    ...(profiles === undefined ? {} : { profiles }),
    ...(retentionSeconds === undefined ? {} : { retentionSeconds }),
    ...(freshnessSeconds === undefined ? {} : { freshnessSeconds }),
    ...(requestsPerSecond === undefined ? {} : { requestsPerSecond }),
  };
}

function policyOf({ readers, neighbours }: AtisConfiguration, { numberMap }: Environment): RetrievalPolicy {
  const table = neighbours?.map((one) => [one.publisher, new Set(one.readers)] as const);
  return {
    numberMap,
    ...(readers === undefined ? {} : { multiple: readers }),
    ...(table === undefined ? {} : { neighbours: new Map(table) as never }),
  };
}

const TLS = 'atis.listen.tls';

async function listenFor(
  { host, port, tls }: NonNullable<AtisConfiguration['listen']>,
  environment: Environment,
  hot: HotRoutes,
): Promise<HttpServer> {
  const { log, meters, readiness, isOverloaded } = environment;
  const onAnswered = meters.answered;
  const material = readTls(tls, TLS, environment);
  const server = await createHttpServer({
    host,
    port,
    log,
    tls: material,
    hot,
    onAnswered,
    readiness,
    isOverloaded,
  });
  renewTls(tls, TLS, 'cps', environment, server.replaceTls);
  return server;
}
