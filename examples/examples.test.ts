// What a user of the packages gets: tarballs of npm, unpacked where no TypeScript runs. Each export has an example that
// prints what its last comment says, on every supported Node; its types hold with nothing but the language's own.

import { execFile, execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testedRuntimes } from '../packages/stir/test/runtimes/runtimes.ts';
import { copyWorkspace, type PackedPackage, packInto } from './packed.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const EXAMPLES = join(ROOT, 'examples');
const ROOMS = readdirSync(join(ROOT, 'packages/stir/src')).filter((name) =>
  existsSync(join(ROOT, 'packages/stir/src', name, 'index.ts')),
);
const NAMES = ['stir', ...ROOMS];
const run = promisify(execFile);

let folder: string;
let consumer: string;
let stir: PackedPackage;
let oobleck: PackedPackage;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'oobleck-packed-'));
  consumer = join(folder, 'consumer');
  const workspace = join(folder, 'workspace');
  for (const one of [workspace, consumer]) mkdirSync(one);
  copyWorkspace(workspace);
  stir = packInto(workspace, 'stir', consumer);
  oobleck = packInto(workspace, 'oobleck', consumer);
  cpSync(EXAMPLES, consumer, { recursive: true, filter: (path) => !path.endsWith('.ts') });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function expectedOf(name: string): string {
  const text = readFileSync(join(EXAMPLES, `${name}.mjs`), 'utf8');
  const [, comment] = text.split('\n// Prints:\n');
  return comment!.replaceAll(/^\/\/ /gm, '');
}

describe('the packed packages', () => {
  it('stir has at most 4 runtime dependencies', () => {
    expect(Object.keys(stir.manifest.dependencies).length).toBeLessThanOrEqual(4);
  });

  it('hold compiled code with its declarations, licence and manual, and nothing else', () => {
    for (const { files, manifest } of [stir, oobleck]) {
      const others = files.filter((path) => !/^dist\/[a-z0-9/-]+\.(js|d\.ts)$/.test(path));
      expect(others).toEqual(['LICENSE', 'README.md', 'package.json']);
      for (const path of files.filter((one) => one.endsWith('.js')))
        expect(files).toContain(path.replace(/\.js$/, '.d.ts'));
      expect(manifest.scripts).toBeUndefined();
    }
  });

  it('leave the workspace as it was', () => {
    const of = (name: string, root: string) =>
      readFileSync(join(root, 'packages', name, 'package.json'), 'utf8');
    for (const name of ['stir', 'oobleck']) {
      expect(of(name, join(folder, 'workspace'))).toBe(of(name, ROOT));
      expect(existsSync(join(folder, 'workspace/packages', name, 'dist'))).toBe(false);
    }
  });

  it.each(testedRuntimes())('give the program, on $name', async ({ name, path }) => {
    const lab = join(folder, `lab of ${name}`);
    await run(path, [join(oobleck.folder, 'dist/cli/main.js'), 'lab', lab]);
    expect(readdirSync(lab)).toContain('bravo-calls.json');
  });
});

describe('the examples', () => {
  it.each(ROOMS)('there is one for %s', (room) => {
    expect(readFileSync(join(EXAMPLES, `${room}.mjs`), 'utf8')).toContain(`from '@oobleck/stir/${room}'`);
  });

  it.each(testedRuntimes())('print what they say on $name', async ({ path }) => {
    const { stdout } = await run(path, [join(consumer, 'run-all.mjs'), ...NAMES]);
    expect(stdout).toBe(NAMES.map((name) => `== ${name}\n${expectedOf(name)}`).join(''));
  });
});

describe('the types', () => {
  function compile(name: string, options: object, files: readonly string[]): string {
    const strict = { strict: true, skipLibCheck: false, noEmit: true, target: 'es2024', module: 'nodenext' };
    const project = join(consumer, `${name}.json`);
    writeFileSync(project, JSON.stringify({ compilerOptions: { ...strict, ...options }, files }));
    try {
      execFileSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', project], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      return '';
    } catch (error) {
      return (error as { stdout: string }).stdout;
    }
  }

  it('need no library but that of the language', () => {
    const lines = ROOMS.map((room) => `export * as ${room} from '@oobleck/stir/${room}';\n`);
    writeFileSync(
      join(consumer, 'rooms.ts'),
      ["export { StirError } from '@oobleck/stir';\n", ...lines].join(''),
    );
    expect(compile('rooms', { lib: ['es2024'], types: [] }, ['rooms.ts'])).toBe('');
  });

  it('fit the examples, and know a mistake', () => {
    const options = { lib: ['es2024', 'dom'], types: [], allowJs: true, checkJs: true };
    expect(
      compile(
        'examples',
        options,
        NAMES.map((name) => `${name}.mjs`),
      ),
    ).toBe('');
    const wrong = "import { parseTnEntry } from '@oobleck/stir/number';\nparseTnEntry(1);\n";
    writeFileSync(join(consumer, 'wrong.mjs'), wrong);
    expect(compile('wrong', options, ['wrong.mjs'])).toContain('wrong.mjs(2,14): error TS2345');
  });
});
