// The sessions of docs/cli.md, played by a shell: what the page shows is what the program says. `…` stands for
// anything in a line, and alone in a line for any lines.

import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAIN } from './cli-process.ts';

const PAGE = readFileSync(fileURLToPath(new URL('../../../docs/cli.md', import.meta.url)), 'utf8');

interface Step {
  readonly command: string;
  readonly expected: string;
}

const STEPS = [...PAGE.matchAll(/^```sh\n(.*?)^```$/gms)].flatMap(([, block]) => readSteps(block!));

function readSteps(block: string): Step[] {
  return block
    .split(/^\$ /m)
    .slice(1)
    .map((step) => {
      const [command = ''] = /^(?:.*\\\n)*.*\n/.exec(step) ?? [];
      return { command: command.trimEnd(), expected: step.slice(command.length).trimEnd() };
    });
}

let folder: string;
let exitCode = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'oobleck-golden-'));
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'bin/oobleck'), `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`);
  chmodSync(join(folder, 'bin/oobleck'), 0o755);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function play(command: string): string {
  const env = { ...process.env, PATH: `${join(folder, 'bin')}:${process.env.PATH}` };
  const script = `(exit ${exitCode}); ${command}`;
  const { status, stdout, stderr } = spawnSync('sh', ['-c', script], { cwd: folder, env, encoding: 'utf8' });
  exitCode = status ?? -1;
  return `${stdout}${stderr}`.trimEnd();
}

function patternOf(expected: string): RegExp {
  const lines = expected.split('\n').map((line) => (line === '…' ? '[\\s\\S]*?' : patternOfLine(line)));
  return new RegExp(`^${lines.join('\n')}$`);
}

function patternOfLine(line: string): string {
  return line.split('…').map(literally).join('.+');
}

function literally(text: string): string {
  return text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');
}

describe('docs/cli.md', () => {
  it('has sessions, no wider than a terminal', () => {
    expect(STEPS.length).toBeGreaterThan(12);
    for (const { expected } of STEPS)
      for (const line of expected.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  for (const { command, expected } of STEPS)
    it(`$ ${command.slice(0, 60)}`, () => expect(play(command)).toMatch(patternOf(expected)));

  it('names every command of the toolbox', () => {
    const help = execFileSync(process.execPath, [MAIN, '--help'], { encoding: 'utf8' });
    for (const name of ['passport', 'identity', 'cert', 'trust', 'key']) {
      expect(help).toMatch(new RegExp(`^  ${name} `, 'm'));
      expect(PAGE).toContain(`$ oobleck ${name} `);
    }
  });
});
