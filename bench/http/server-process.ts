// A server in a process of its own, so that its CPU time is its own. The parent asks for it over the channel between
// the two; when the channel closes, the server ends.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ownCpuSeconds } from '../measure.ts';

export interface ServerProcess {
  /** CPU time since it began, all its threads. */
  cpuSeconds(): Promise<number>;
  /** Sends a message and waits for the next one. */
  ask(message: object): Promise<unknown>;
  /** `https://host:port`. */
  readonly origin: string;
  close(): Promise<void>;
}

/** Runs a module that calls `reportToParent`. @param module beside this one */
export async function startServerProcess(module: string, ...args: string[]): Promise<ServerProcess> {
  const path = fileURLToPath(new URL(module, import.meta.url));
  const child = fork(path, args, { stdio: ['ignore', process.stderr, process.stderr, 'ipc'] });
  const ended = once(child, 'exit');
  const next = async (): Promise<unknown> => {
    const early = ended.then(() => {
      throw new Error('the server process ended');
    });
    return Promise.race([once(child, 'message').then(([message]) => message), early]);
  };
  ended.catch(() => undefined);
  const origin = (await next()) as string;
  return {
    origin,
    async cpuSeconds() {
      const answer = next();
      child.send('cpu');
      return (await answer) as number;
    },
    async ask(message) {
      const answer = next();
      child.send(message);
      return answer;
    },
    async close() {
      child.disconnect();
      await ended;
    },
  };
}

/** In the server's process, once it listens. */
export function reportToParent(
  origin: string,
  cpuSeconds: () => number = ownCpuSeconds,
  close: () => unknown = () => process.exit(),
): void {
  process.on('message', () => process.send!(cpuSeconds()));
  process.on('disconnect', close);
  process.send!(origin);
}
