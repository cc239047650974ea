// `oobleck serve` with several workers: the primary process starts the same command again and again as workers, hands
// them connections in turn, passes signals on, and answers for them. A worker tells it when it serves, and what it counts.

import cluster, { type Worker } from 'node:cluster';
import { EventEmitter } from 'node:events';
import { createShutdown, createWorkerPool, type EventLog, type WorkerProcess } from '../../operate/index.ts';
import { EXIT, type ExitCode } from '../command/exit-code.ts';
import type { Terminal } from '../command/terminal.ts';
import { gatherMetrics } from './worker-metrics.ts';
import { gatherReadiness } from './worker-readiness.ts';

interface ReadyMessage {
  readonly kind: 'ready';
  readonly origins: readonly string[];
}

/** Between killing workers and giving up on them. */
const KILL_MS = 5_000;

/** @param boundMs for all of them to end in order */
export async function serveWorkers(
  count: number,
  log: EventLog,
  terminal: Terminal,
  boundMs: number,
): Promise<ExitCode> {
  // In turn: a client has few connections and keeps them, so chance would give one worker most of the work.
  cluster.schedulingPolicy = cluster.SCHED_RR;
  const endMetrics = gatherMetrics();
  const endReadiness = gatherReadiness(count);
  const pool = createWorkerPool({ count, log, start: startWorker, boundMs: boundMs - KILL_MS });
  const shutdown = createShutdown({ log, boundMs });
  let hasEnded = true;
  shutdown.add('workers', async () => {
    hasEnded = await pool.close();
  });
  const outcome = await pool.open();
  if ('exitCode' in outcome) return (outcome.exitCode ?? EXIT.unavailable) as ExitCode;
  const reload = (): void => pool.signal('SIGHUP');
  process.on('SIGHUP', reload);
  terminal.out(`ready ${outcome.origins.join(' ')}`);
  const isClosed = await shutdown.done;
  endMetrics();
  endReadiness();
  process.off('SIGHUP', reload);
  return isClosed && hasEnded ? EXIT.fine : EXIT.unavailable;
}

function startWorker(): WorkerProcess {
  const worker = cluster.fork();
  return {
    ready: readyOf(worker),
    ended: endOf(worker),
    signal: (name) => void worker.process.kill(name),
  };
}

function readyOf(worker: Worker): Promise<readonly string[]> {
  return new Promise((resolve) => {
    const receive = (message: ReadyMessage): void => {
      if (message.kind !== 'ready') return;
      worker.off('message', receive);
      resolve(message.origins);
    };
    worker.on('message', receive);
  });
}

/** Each message that a worker dies under is an error of its own, and none of them ends the primary process. */
export function endOf(worker: Worker): Promise<number | null> {
  return new Promise((resolve) => {
    worker.once('exit', (code: number | null) => resolve(code));
    worker.on('error', () => resolve(EXIT.unavailable));
  });
}

/** In a worker. */
export const isWorker = (): boolean => cluster.isWorker;

export function tellReady(origins: readonly string[]): void {
  const message: ReadyMessage = { kind: 'ready', origins };
  process.send!(message);
}

/**
 * What ends a worker: its primary's SIGTERM. A terminal's SIGINT reaches every process of the group; the primary answers
 * to it, and a worker that did too would meet the SIGTERM that follows with no handler left.
 */
export function workerSignals(): NodeJS.EventEmitter {
  const signals = new EventEmitter();
  process.on('SIGTERM', () => signals.emit('SIGTERM', 'SIGTERM'));
  process.on('SIGINT', () => undefined);
  return signals;
}
