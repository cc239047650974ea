// Runs `oobleck` as a process of its own, in a folder with the files of a laboratory.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const MAIN = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

export interface CliFolder {
  readonly folder: string;
  /** @param input for standard input */
  run(words: readonly string[], input?: string | Uint8Array): Promise<Ended>;
  /** Runs it with `--json` and reads what it says. */
  json<T = Record<string, unknown>>(
    ...words: string[]
  ): Promise<{ readonly code: number; readonly value: T }>;
  path(name: string): string;
  read(name: string): string;
  write(name: string, content: string | Uint8Array): string;
  remove(): void;
}

export async function createCliFolder(): Promise<CliFolder> {
  const folder = mkdtempSync(join(tmpdir(), 'oobleck-cli-'));
  const path = (name: string): string => join(folder, name);
  const cli: CliFolder = {
    folder,
    path,
    run: (words, input) => run(folder, words, input),
    async json(...words) {
      const { code, out } = await run(folder, [...words, '--json']);
      return { code, value: JSON.parse(out) };
    },
    read: (name) => readFileSync(path(name), 'utf8'),
    write(name, content) {
      writeFileSync(path(name), content);
      return path(name);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
  const { code, error } = await cli.run(['lab', '.']);
  if (code !== 0) throw new Error(`no laboratory: ${error}`);
  return cli;
}

function run(folder: string, words: readonly string[], input: string | Uint8Array = ''): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [MAIN, ...words], { cwd: folder, timeout: 20_000 });
    const written = { out: '', error: '' };
    child.stdout.on('data', (chunk: Buffer) => {
      written.out += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      written.error += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? -1, ...written }));
    // Whoever refuses the arguments reads no input.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}
