// Processes of a test: started by it, ended by it, and no others.

import { type ChildProcess, spawn } from 'node:child_process';

export interface Running {
  readonly pid: number;
  /** What it wrote to standard output and standard error. */
  output(): string;
  /** The exit code, once it has ended; 128 where a signal ended it. */
  readonly exited: Promise<number>;
  hasExited(): boolean;
  /** Sends a signal and waits for nothing. */
  signal(name: NodeJS.Signals): void;
  /** Ends it and waits; by force if it does not go within a few seconds. */
  stop(): Promise<void>;
}

const PATIENCE_MS = 5_000;
const KEPT_OUTPUT = 1_000_000;

export function startProcess(program: string, args: readonly string[], folder: string): Running {
  const child = spawn(program, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], env: environment() });
  let output = '';
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString('latin1')).slice(-KEPT_OUTPUT);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const end = (): void => void child.kill('SIGTERM');
  process.once('exit', end); // where a test run is broken off
  let isOver = false;
  const exited = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      isOver = true;
      process.off('exit', end);
      resolve(code ?? 128);
    });
  });
  return {
    pid: child.pid!,
    output: () => output,
    exited,
    hasExited: () => isOver,
    signal: (name) => void child.kill(name),
    stop: () => stop(child, exited),
  };
}

async function stop(child: ChildProcess, exited: Promise<number>): Promise<void> {
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  await exited;
  clearTimeout(force);
}

/** Loopback is reached without a proxy. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/_proxy$/i.test(name)));
}
