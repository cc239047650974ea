// Makes a package of the workspace what npm packs, and puts it back. In the workspace the sources run as they are, so
// `exports` and `bin` point at TypeScript; but Node strips no types below node_modules, so what is published is compiled
// JavaScript with its declarations. npm runs this around `npm pack`:
//
//   prepack   node ../../scripts/publishable.ts prepare   compiles src to dist; package.json points at dist
//   postpack  node ../../scripts/publishable.ts restore   package.json is again what it was, to the byte
//
// There is no `source` condition in `exports`: it would be one more thing for users to resolve by accident. To publish,
// pack first and publish the tarball (`npm publish <file>.tgz`), whose package.json is the one that npm then reads.

import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

type Target = string | { readonly types: string; readonly default: string };

interface Manifest {
  readonly bin?: Record<string, string>;
  readonly exports?: Record<string, string>;
  readonly scripts?: Record<string, string>;
}

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** The manifest of the workspace, while the one in its place is for the package. */
const KEPT = 'package.json.kept';

/** @param folder of the package */
export function prepare(folder: string): void {
  compile(folder);
  copyFileSync(join(ROOT, 'LICENSE'), join(folder, 'LICENSE'));
  const [manifest, kept] = [join(folder, 'package.json'), join(folder, KEPT)];
  // Where an earlier run was cut off, the kept one is the true one.
  if (!existsSync(kept)) renameSync(manifest, kept);
  const published = publishedManifest(JSON.parse(readFileSync(kept, 'utf8')));
  writeFileSync(manifest, `${JSON.stringify(published, null, 2)}\n`);
}

export function restore(folder: string): void {
  const kept = join(folder, KEPT);
  if (existsSync(kept)) renameSync(kept, join(folder, 'package.json'));
  const made = [join(folder, 'LICENSE'), join(folder, 'dist'), join(protocolOf(folder), 'dist')];
  for (const path of made) rmSync(path, { recursive: true, force: true });
}

/** What runs from `src` points at `dist`; scripts of the workspace stay behind. */
export function publishedManifest({ scripts: _, ...manifest }: Manifest): object {
  const { bin, exports } = manifest;
  return {
    ...manifest,
    ...(bin === undefined ? {} : { bin: mapped(bin, (path) => compiled(path, '.js')) }),
    ...(exports === undefined ? {} : { exports: mapped(exports, exportTarget) }),
  };
}

function exportTarget(path: string): Target {
  return { types: compiled(path, '.d.ts'), default: compiled(path, '.js') };
}

function compiled(path: string, ending: string): string {
  const source = /^\.\/src\/(.+)\.ts$/.exec(path);
  if (source === null) throw new Error(`${path} is not a source file`);
  return `./dist/${source[1]}${ending}`;
}

function mapped<T>(record: Record<string, string>, change: (path: string) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([name, path]) => [name, change(path)]));
}

/** The program is compiled against the declarations of the protocol, so these come first. */
function compile(folder: string): void {
  for (const one of new Set([protocolOf(folder), folder])) {
    rmSync(join(one, 'dist'), { recursive: true, force: true });
    execFileSync(process.execPath, [compilerPath(), '-p', join(one, 'tsconfig.build.json')], {
      stdio: ['ignore', 2, 2],
    });
  }
}

function protocolOf(folder: string): string {
  return join(dirname(folder), 'stir');
}

function compilerPath(): string {
  const manifest = createRequire(import.meta.url).resolve('typescript/package.json');
  return join(dirname(manifest), JSON.parse(readFileSync(manifest, 'utf8')).bin.tsc);
}

const [, script, command] = process.argv;
if (script !== undefined && basename(script) === 'publishable.ts') {
  if (command === 'prepare') prepare(process.cwd());
  else if (command === 'restore') restore(process.cwd());
  else throw new Error('usage: publishable.ts prepare|restore');
}
