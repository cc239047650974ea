// `oobleck serve --config FILE`: runs the roles of a configuration until SIGTERM or SIGINT. SIGHUP reads trust, keys
// and chains again. With `--check-config` nothing is started.

import { dirname, resolve } from 'node:path';
import { StirError } from '@oobleck/stir';
import { ConfigurationError, createShutdown, readConfiguration } from '../../operate/index.ts';
import { CONFIGURATION, checkConfiguration, type RunningNode, startNode } from '../../wiring/index.ts';
import { EXIT, type ExitCode } from '../command/exit-code.ts';
import type { Terminal } from '../command/terminal.ts';

export async function serve(configFile: string, terminal: Terminal): Promise<ExitCode> {
  const path = resolve(configFile);
  let node: RunningNode;
  try {
    node = await startNode(readConfiguration(path, CONFIGURATION), dirname(path));
  } catch (error) {
    return refuse(error, terminal);
  }
  const { log } = node.environment;
  const shutdown = createShutdown({ log });
  shutdown.add('node', () => node.close());
  const reload = (): void => reloadSafely(node);
  process.on('SIGHUP', reload);
  const origins = [node.publicOrigin, node.restOrigin].filter((origin) => origin !== undefined);
  terminal.out(`ready ${origins.join(' ')}`);
  const isClosed = await shutdown.done;
  process.off('SIGHUP', reload);
  return isClosed ? EXIT.fine : EXIT.unavailable;
}

/** Says what is wrong with a configuration, all of it, or that nothing is. */
export async function check(configFile: string, terminal: Terminal): Promise<ExitCode> {
  const path = resolve(configFile);
  try {
    await checkConfiguration(readConfiguration(path, CONFIGURATION), dirname(path));
  } catch (error) {
    return refuse(error, terminal);
  }
  terminal.out('configuration: nothing to object');
  return EXIT.fine;
}

function reloadSafely({ reload, environment }: RunningNode): void {
  try {
    reload();
    environment.log.info('reloaded', { role: 'trust' });
  } catch (error) {
    environment.log.error('reload-failed', { role: 'trust', error });
  }
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
  // What a library finds wrong with a certificate, a key or an address that the configuration names.
  if (code === undefined && !(error instanceof TypeError) && !(error instanceof StirError)) throw error;
  terminal.error(`configuration: ${code ?? message}`);
  return EXIT.usage;
}

const CANNOT_LISTEN = new Set(['EADDRINUSE', 'EACCES', 'EADDRNOTAVAIL']);
