// The CPS of the ATIS profiles in a process: on the port of the public services, or on one of its own, where clients may
// have to show a TLS certificate.

import { createAtisFace } from '../cps/profiles/atis/face/index.ts';
import { createAtisPlacement, type RetrievalPolicy } from '../cps/profiles/atis/index.ts';
import { createHttpServer, type HotRoutes, type HttpServer } from '../http/index.ts';
import { createMemoryClearPassportStore } from '../store/memory/clear-passport-store.ts';
import { createMemorySeenTokens } from '../store/memory/seen-tokens.ts';
import type { AtisConfiguration } from './configuration-clear-text.ts';
import type { Environment } from './environment.ts';
import { readTls, renewTls } from './tls-files.ts';

export interface AtisService {
  readonly routes: HotRoutes;
  /** Listens, where the service has a port of its own. */
  listen(): Promise<HttpServer | undefined>;
}

const SWEEP_MS = 1_000;

export function createAtisService(options: AtisConfiguration, environment: Environment): AtisService {
  const { crypto, now, trust, timers, log } = environment;
  const store = createMemoryClearPassportStore();
  const placement = createAtisPlacement(
    { crypto, now, chains: trust, store, seen: createMemorySeenTokens() },
    {
      ...chosen(options),
      hosts: options.hosts,
      fetchesAnywhere: options.certificates === 'public',
      retrieval: policyOf(options, environment),
    },
  );
  const sweep = (): number => {
    store.sweep(now());
    return SWEEP_MS;
  };
  timers.repeat(sweep, SWEEP_MS, (error) => log.error('sweep-failed', { role: 'cps', error }));
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
  const { log, meters, isOverloaded } = environment;
  const onAnswered = meters.answered;
  const material = readTls(tls, TLS, environment);
  const server = await createHttpServer({ host, port, log, tls: material, hot, onAnswered, isOverloaded });
  renewTls(tls, TLS, 'cps', environment, server.replaceTls);
  return server;
}
