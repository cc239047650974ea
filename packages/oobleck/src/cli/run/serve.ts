// `oobleck serve --config FILE`: runs the roles of a configuration until SIGTERM or SIGINT. SIGHUP reads trust, keys,
// chains and trunks again. With several workers, each of them runs this too, and the primary process runs them. With
// `--check-config` nothing is started.

import { dirname, resolve } from 'node:path';
import { StirError } from '@oobleck/stir';
import {
  ConfigurationError,
  createEventLog,
  createShutdown,
  readConfiguration,
} from '../../operate/index.ts';
import {
  CONFIGURATION,
  checkConfiguration,
  type RunningNode,
  requireConsistency,
  startNode,
} from '../../wiring/index.ts';
import { EXIT, type ExitCode } from '../command/exit-code.ts';
import type { Terminal } from '../command/terminal.ts';
import { isWorker, serveWorkers, tellReady, workerSignals } from './serve-workers.ts';
import { shareMetrics } from './worker-metrics.ts';
import { shareReadiness } from './worker-readiness.ts';

/** For workers to end in order, once health has said no for long enough. */
const WORKERS_CLOSE_MS = 20_000;

export async function serve(configFile: string, terminal: Terminal): Promise<ExitCode> {
  const path = resolve(configFile);
  let node: RunningNode;
  try {
    const configuration = readConfiguration(path, CONFIGURATION);
    const { workers = 1, log } = configuration;
    if (workers > 1 && !isWorker()) {
      requireConsistency(configuration);
      const boundMs = WORKERS_CLOSE_MS + 1000 * (configuration.listen?.drainSeconds ?? 0);
      return await serveWorkers(workers, createEventLog({ level: log?.level ?? 'info' }), terminal, boundMs);
    }
    node = await startNode(configuration, dirname(path), {
      readConfiguration: () => readConfiguration(path, CONFIGURATION),
      ...(isWorker() ? { readMetrics: shareMetrics, shareReadiness } : {}),
    });
  } catch (error) {
    return finish(refuse(error, terminal));
  }
  return isWorker() ? finish(await run(node, tellReady, workerSignals())) : run(node, tellTerminal(terminal));
}

/** The channel to its primary would keep a worker alive. */
function finish(code: ExitCode): ExitCode {
  return isWorker() ? process.exit(code) : code;
}

const tellTerminal =
  (terminal: Terminal) =>
  (origins: readonly string[]): void =>
    terminal.out(`ready ${origins.join(' ')}`);

async function run(
  node: RunningNode,
  tell: (origins: readonly string[]) => void,
  signals: NodeJS.EventEmitter = process,
): Promise<ExitCode> {
  const shutdown = createShutdown({
    log: node.environment.log,
    signals,
    boundMs: node.closeBoundMs,
  });
  shutdown.add('node', () => node.close());
  const reload = (): void => reloadSafely(node);
  process.on('SIGHUP', reload);
  tell(originsOf(node));
  const isClosed = await shutdown.done;
  process.off('SIGHUP', reload);
  return isClosed ? EXIT.fine : EXIT.unavailable;
}

/** Where the process answers, each once: what is public, then what is for switches and operators. */
function originsOf({
  publicOrigin,
  atisOrigin,
  restOrigin,
  metricsOrigin,
  sip,
}: RunningNode): readonly string[] {
  const listeners = [...(sip?.origins ?? [])];
  const origins = [publicOrigin, atisOrigin, restOrigin, metricsOrigin, ...listeners];
  return [...new Set(origins.filter((origin) => origin !== undefined))];
}

/** Says what is wrong with a configuration, all of it, or that nothing is. */
export async function check(configFile: string, terminal: Terminal): Promise<ExitCode> {
  const path = resolve(configFile);
  try {
    const cautions = await checkConfiguration(readConfiguration(path, CONFIGURATION), dirname(path));
    for (const { field, why } of cautions) terminal.out(`configuration: caution: ${field}: ${why}`);
  } catch (error) {
    return refuse(error, terminal);
  }
  terminal.out('configuration: nothing to object');
  return EXIT.fine;
}

function reloadSafely({ reload, environment: { log } }: RunningNode): void {
  try {
    reload();
    log.info('reloaded', { role: 'configuration' });
  } catch (error) {
    if (!(error instanceof ConfigurationError)) log.error('reload-failed', { role: 'configuration', error });
    else
      for (const fault of error.faults.slice(0, MAXIMUM_FAULTS))
        log.error('reload-failed', { role: 'configuration', reason: fieldOf(fault) });
  }
}

const MAXIMUM_FAULTS = 32;

/** What is at fault, without what is said of it: a field, or the file as a whole. */
function fieldOf(fault: string): string {
  const [, field = 'file'] = /^([A-Za-z][A-Za-z0-9_.[\]-]*): /.exec(fault) ?? [];
  return field.replaceAll(/\[([0-9]+)\]/g, '.$1');
}

function refuse(error: unknown, terminal: Terminal): ExitCode {
  if (error instanceof ConfigurationError) {
    for (const fault of error.faults) terminal.error(`configuration: ${fault}`);
    return EXIT.usage;
  }
  const { code, message } = error as NodeJS.ErrnoException;
  if (code !== undefined && CANNOT_LISTEN.has(code)) {
    terminal.error(`cannot listen (${code})`);
    return EXIT.unavailable;
  }
  if (code === 'ERR_STORE_AWAY') {
    terminal.error('cannot reach the store');
    return EXIT.unavailable;
  }
  if (code === 'ERR_STORE_UPGRADING') {
    terminal.error(message);
    return EXIT.unavailable;
  }
  // What a library finds wrong with a certificate, a key or an address that the configuration names.
  if (code === undefined && !(error instanceof TypeError) && !(error instanceof StirError)) throw error;
  terminal.error(`configuration: ${code ?? message}`);
  return EXIT.usage;
}

const CANNOT_LISTEN = new Set(['EADDRINUSE', 'EACCES', 'EADDRNOTAVAIL']);
