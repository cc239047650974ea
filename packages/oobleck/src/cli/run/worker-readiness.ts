// Readiness of several workers: whichever of them is asked for health answers for all. The primary process asks each of
// them over the channel between the processes, and tells them what holds for the group.

import cluster from 'node:cluster';
import {
  createGroupReadiness,
  createSharedReadiness,
  GROUP_BEAT_MS,
  type Readiness,
} from '../../operate/index.ts';

type ToPrimary = { readonly kind: 'ready' } | { readonly kind: 'own-readiness'; readonly isReady: boolean };
interface ToWorker {
  readonly kind: 'group-readiness';
  readonly isReady: boolean;
}

const now = (): number => performance.now();

/** In the primary process, until the returned function is called. @param count workers that there must be */
export function gatherReadiness(count: number): () => void {
  const ask = (id: number, isReady: boolean): void => {
    const message: ToWorker = { kind: 'group-readiness', isReady };
    const worker = cluster.workers?.[id];
    if (worker?.isConnected()) worker.send(message);
  };
  const group = createGroupReadiness({ count, ask, now });
  const receive = ({ id }: { readonly id: number }, message: ToPrimary): void => {
    if (message.kind === 'ready') group.add(id);
    else if (message.kind === 'own-readiness') group.answered(id, message.isReady);
  };
  const forget = ({ id }: { readonly id: number }): void => group.remove(id);
  const timer = setInterval(group.beat, GROUP_BEAT_MS);
  timer.unref();
  cluster.on('message', receive);
  cluster.on('exit', forget);
  return () => {
    clearInterval(timer);
    cluster.off('message', receive);
    cluster.off('exit', forget);
  };
}

/** In a worker. @param own what it says of itself @returns that of all workers */
export function shareReadiness(own: Readiness): Readiness {
  const tellOwn = (): void => {
    const message: ToPrimary = { kind: 'own-readiness', isReady: own.state().isReady };
    if (process.connected) process.send!(message);
  };
  const { readiness, heard } = createSharedReadiness(own, tellOwn, now);
  process.on('message', (message: ToWorker) => {
    if (message.kind !== 'group-readiness') return;
    heard(message.isReady);
    tellOwn();
  });
  return readiness;
}
