// Metrics of several workers: whichever worker Prometheus reaches asks the primary process, which asks all of them and
// answers for them together. Messages go over the channel between the processes, nowhere else.

import cluster from 'node:cluster';
import {
  createMetricsTogether,
  type MetricSnapshot,
  type MetricsTogether,
  type PrometheusMeter,
} from '../../operate/index.ts';

type ToPrimary =
  | { readonly kind: 'read-metrics'; readonly question: number }
  | { readonly kind: 'own-metrics'; readonly snapshot: MetricSnapshot };
type ToWorker =
  | { readonly kind: 'tell-metrics' }
  | { readonly kind: 'all-metrics'; readonly question: number; readonly text: string };

/** Who has not answered by then is busy or gone: its last numbers stand. */
const ROUND_MS = 1_000;
const ANSWER_MS = 3_000;

/** In the primary process: answers workers that ask, until the returned function is called. */
export function gatherMetrics(): () => void {
  const together = createMetricsTogether();
  const rounds = createRounds(together);
  const receive = (worker: { readonly id: number }, message: ToPrimary): void => {
    if (message.kind === 'own-metrics') {
      together.take(worker.id, message.snapshot);
      rounds.answered(worker.id);
    } else if (message.kind === 'read-metrics') {
      const { question } = message;
      void rounds.read().then((text) => sendTo(worker.id, { kind: 'all-metrics', question, text }));
    }
  };
  const forget = ({ id }: { readonly id: number }): void => {
    together.end(id);
    rounds.answered(id);
  };
  cluster.on('message', receive);
  cluster.on('exit', forget);
  return () => {
    cluster.off('message', receive);
    cluster.off('exit', forget);
  };
}

interface Rounds {
  /** Asks everybody; who asks meanwhile gets the same answer. */
  read(): Promise<string>;
  answered(worker: number): void;
}

function createRounds(together: MetricsTogether): Rounds {
  const missing = new Set<number>();
  let running: Promise<string> | undefined;
  let complete: () => void = () => undefined;
  const ask = async (): Promise<string> => {
    for (const { id } of Object.values(cluster.workers ?? {}).filter((one) => one !== undefined))
      if (sendTo(id, { kind: 'tell-metrics' })) missing.add(id);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ROUND_MS);
      complete = () => {
        clearTimeout(timer);
        resolve();
      };
      if (missing.size === 0) complete();
    });
    missing.clear();
    running = undefined;
    return together.text();
  };
  return {
    read: () => (running ??= ask()),
    answered(worker) {
      missing.delete(worker);
      if (missing.size === 0) complete();
    },
  };
}

/** @returns whether there is a way to it */
function sendTo(id: number, message: ToWorker): boolean {
  const worker = cluster.workers?.[id];
  return worker?.isConnected() === true && worker.send(message);
}

/** In a worker: tells its numbers when asked. @returns what reads those of all workers */
export function shareMetrics(own: PrometheusMeter): () => Promise<string> {
  const waiting = new Map<number, (text: string) => void>();
  let questions = 0;
  process.on('message', (message: ToWorker) => {
    if (message.kind === 'tell-metrics')
      void own.snapshot().then((snapshot) => tell({ kind: 'own-metrics', snapshot }));
    else if (message.kind === 'all-metrics') waiting.get(message.question)?.(message.text);
  });
  return () =>
    new Promise((resolve, reject) => {
      const question = questions++;
      const finish = (settle: () => void): void => {
        clearTimeout(timer);
        waiting.delete(question);
        settle();
      };
      const timer = setTimeout(() => finish(() => reject(new Error('no metrics'))), ANSWER_MS);
      waiting.set(question, (text) => finish(() => resolve(text)));
      tell({ kind: 'read-metrics', question });
    });
}

function tell(message: ToPrimary): void {
  if (process.connected) process.send!(message);
}
