// A running process: the roles of its configuration, started in the order in which they need each other.

import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createEventLog, type Readiness } from '../operate/index.ts';
import { createAtisService } from './atis-service.ts';
import { startCallCentre } from './callcentre.ts';
import { type CalledSide, startCalledSide } from './called-side.ts';
import { type CallingSide, startCallingSide } from './calling-side.ts';
import { tellCautions } from './cautions.ts';
import { startClearText } from './clear-text.ts';
import type { Configuration } from './configuration.ts';
import { requireConsistency } from './consistency.ts';
import {
  createEnvironment,
  createMeterFor,
  type Environment,
  type EnvironmentOverrides,
} from './environment.ts';
import { watchTrunks } from './live-trunks.ts';
import { observeStore, showStore } from './metered-store.ts';
import { startMetricsListener } from './metrics-listener.ts';
import { startPublicServices } from './public-services.ts';
import { startRestInterface } from './rest-interface.ts';
import { type RunningSip, startSipInterface } from './sip-interface.ts';
import { openStores } from './stores.ts';
import { type SwitchSide, startSwitchSide } from './switch-side.ts';
import type { Timers } from './timers.ts';

/** How often what has ended is forgotten. */
const SWEEP_MS = 250;
/** For what is in flight, once health has said no for long enough. */
const CLOSE_MS = 10_000;

export interface RunningNode {
  /** Of CPS, issuer and directory, where one of them runs. */
  readonly publicOrigin?: string | undefined;
  /** Of the CPS of the ATIS profiles, where it runs. */
  readonly atisOrigin?: string | undefined;
  /** Of the REST interface, where it runs. */
  readonly restOrigin?: string | undefined;
  /** Of the metrics, where they are read. */
  readonly metricsOrigin?: string | undefined;
  /** The redirect element, where it runs. */
  readonly sip?: RunningSip | undefined;
  readonly calling?: CallingSide | undefined;
  readonly called?: CalledSide | undefined;
  /** The way of calls that switches ask about. */
  readonly switches: SwitchSide;
  readonly environment: Environment;
  /** Reads again what may change while running. @throws ConfigurationError; what is at fault stays as it was */
  reload(): void;
  /** Says no in health for `listen.drainSeconds`, then ends in order. */
  close(): Promise<void>;
  /** What `close` may take. */
  readonly closeBoundMs: number;
}

/**
 * @param folder that the paths of the configuration are relative to
 * @throws ConfigurationError where a file or a combination is at fault; what listening throws
 */
export async function startNode(
  configuration: Configuration,
  folder: string,
  overrides: EnvironmentOverrides = {},
): Promise<RunningNode> {
  requireConsistency(configuration);
  const log = overrides.log ?? createEventLog({ level: configuration.log?.level ?? 'info' });
  const memoryMegabytes = configuration.cps?.memoryMegabytes;
  const around = {
    now: overrides.now ?? Date.now,
    path: (path: string) => resolve(folder, path),
    log,
    maximumBytes: memoryMegabytes && memoryMegabytes * 1_000_000,
  };
  const prometheus = createMeterFor(configuration);
  const observer = prometheus && observeStore(prometheus);
  const stores = await openStores(configuration.store, { ...around, observer });
  const closers: (() => Promise<unknown>)[] = [() => stores.close()];
  const drainMs = 1000 * (configuration.listen?.drainSeconds ?? 0);
  let readiness: Readiness | undefined;
  let isRunning = false;
  let timers: Timers | undefined;
  const close = async (): Promise<void> => {
    readiness?.drain();
    if (isRunning) await pause(drainMs);
    timers?.close();
    for (const one of closers.reverse()) await one();
  };
  try {
    const environment = createEnvironment(configuration, folder, stores, { ...overrides, log, prometheus });
    closers.push(() => environment.clients.close());
    const { authentication, verification, rest } = configuration;
    timers = environment.timers;
    readiness = environment.readiness;
    readiness.add('store', stores.isReady);
    if (configuration.cps !== undefined || stores.measured === undefined)
      showStore(environment.meters.meter, stores);
    const sweep = (): number => (stores.sweep() ? SWEEP_MS : 0);
    timers.repeat(sweep, SWEEP_MS, (error) => log.error('sweep-failed', { role: 'store', error }));
    const { atis: atisOptions } = configuration;
    const atis = atisOptions && createAtisService(atisOptions, environment);
    const sharedRoutes = atisOptions?.listen === undefined ? atis?.routes : undefined;
    const services = await startPublicServices(configuration, environment, sharedRoutes);
    if (services !== undefined) closers.push(services.close);
    const atisServer = await atis?.listen();
    if (atisServer !== undefined) closers.push(() => atisServer.close());
    const clear = startClearText(configuration, environment);
    if (clear !== undefined) closers.push(clear.close);
    const called = verification && startCalledSide(verification, environment, clear);
    if (called !== undefined) closers.push(async () => called.close());
    const calling = authentication && startCallingSide(authentication, environment, clear);
    if (calling !== undefined) closers.push(calling.close);
    const tenants = authentication?.tenants.map(({ name }) => name) ?? [];
    const centre =
      configuration.callcentre && called && startCallCentre(configuration.callcentre, environment, called);
    const switches = startSwitchSide(configuration, environment, { calling, called });
    const path = centre?.observe(switches.path) ?? switches.path;
    const runs = { isSigning: calling !== undefined, isVerifying: called !== undefined };
    const server =
      rest && (await startRestInterface(rest, environment, { ...switches, path }, runs, tenants, centre));
    if (server !== undefined) closers.push(() => server.close());
    const sip =
      configuration.sip && (await startSipInterface(configuration.sip, environment, { ...switches, path }));
    if (sip !== undefined) closers.push(sip.close);
    const { readConfiguration: read } = overrides;
    if (read !== undefined) watchTrunks(configuration, environment, { read, switches, sip });
    const metrics = await startMetrics(configuration, environment);
    if (metrics !== undefined) closers.push(() => metrics.close());
    isRunning = true;
    tellCautions(configuration, log);
    return {
      publicOrigin: services?.origin,
      atisOrigin: atisServer?.origin ?? (sharedRoutes && services?.origin),
      restOrigin: server?.origin,
      metricsOrigin: metrics?.origin,
      sip,
      calling,
      called,
      switches,
      environment,
      reload: environment.live.reload,
      close,
      closeBoundMs: drainMs + CLOSE_MS,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startMetrics({ metrics }: Configuration, environment: Environment) {
  const { readMetrics } = environment;
  if (metrics === undefined || readMetrics === undefined) return undefined;
  return startMetricsListener(metrics, environment, readMetrics);
}
