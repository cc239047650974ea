// Runs `oobleck serve` as a process of its own, as an operator does, and keeps what it writes.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));

export interface ServeProcess {
  readonly pid: number;
  /** Everything written to standard output and standard error so far. */
  output(): string;
  /** Ends it with SIGTERM. @returns the exit code */
  stop(): Promise<number | null>;
  /** Ends it with SIGKILL, as a crash would. */
  kill(): Promise<void>;
}

/** Resolves when it serves; rejects with what it wrote where it ends before. */
export async function startServe(
  configFile: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<ServeProcess> {
  const child = spawn(process.execPath, [MAIN, 'serve', '--config', configFile], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  let written = '';
  const isReady = new Promise<void>((resolve, reject) => {
    const take = (chunk: Buffer): void => {
      written += chunk.toString();
      if (/^ready /m.test(written)) resolve();
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.once('exit', (code) => reject(new Error(`serve ended with ${code}: ${written}`)));
  });
  await isReady;
  return { pid: child.pid!, output: () => written, stop: () => stop(child), kill: () => kill(child) };
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

async function stop(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  return child.exitCode;
}
