// The packages as npm packs them, put where a user has them: packed in a copy of the workspace, so that nothing here
// changes, and unpacked beside the dependencies that they name, and no others.

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

export interface PackedPackage {
  /** Where it is installed. */
  readonly folder: string;
  readonly manifest: {
    readonly name: string;
    readonly dependencies: Record<string, string>;
    readonly scripts?: object;
  };
  /** Every file, relative, in order. */
  readonly files: readonly string[];
}

/** Copies what packing needs into `folder`, which must be empty. */
export function copyWorkspace(folder: string): void {
  const isWanted = (path: string): boolean => !path.split(sep).includes('node_modules');
  for (const name of ['packages', 'scripts', 'LICENSE', 'tsconfig.base.json'])
    cpSync(join(ROOT, name), join(folder, name), {
      recursive: true,
      filter: (path) => isWanted(path.slice(ROOT.length)),
    });
  for (const part of ['', 'packages/stir', 'packages/oobleck']) {
    const modules = join(ROOT, part, 'node_modules');
    if (existsSync(modules)) symlinkSync(modules, join(folder, part, 'node_modules'));
  }
}

/** Runs `npm pack` on a package of the copy and installs the tarball for the user in `consumer`. */
export function packInto(workspace: string, name: 'stir' | 'oobleck', consumer: string): PackedPackage {
  const source = join(workspace, 'packages', name);
  const printed = execFileSync('npm', ['pack', '--json', '--pack-destination', workspace], {
    cwd: source,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [, tarball] = /"filename": "([^"]+)"/.exec(printed)!;
  const { name: packageName } = readManifest(source);
  const folder = join(consumer, 'node_modules', packageName);
  mkdirSync(folder, { recursive: true });
  execFileSync('tar', ['-xzf', join(workspace, tarball!), '-C', folder, '--strip-components=1']);
  const manifest = readManifest(folder);
  for (const dependency of Object.keys(manifest.dependencies)) link(dependency, name, consumer);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
  return { folder, manifest, files };
}

/** The dependency as the workspace has it; what is packed itself is there already. */
function link(dependency: string, name: string, consumer: string): void {
  if (dependency.startsWith('@oobleck/')) return;
  const target = join(consumer, 'node_modules', dependency);
  mkdirSync(dirname(target), { recursive: true });
  const own = join(ROOT, 'packages', name, 'node_modules', dependency);
  symlinkSync(existsSync(own) ? own : join(ROOT, 'node_modules', dependency), target);
}

function readManifest(folder: string): PackedPackage['manifest'] {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}
