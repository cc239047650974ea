// The unit for systemd and the container file: what they name is there, and what they promise is set. systemd itself judges
// the unit where it is installed; no container is built here.

import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const inRoot = (path: string) => join(ROOT, path.replace('/opt/oobleck/', ''));

interface Run {
  readonly code: number;
  readonly text: string;
}

const run = (command: string, args: readonly string[]): Promise<Run> =>
  new Promise((resolve) => {
    execFile(command, args, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), text: `${stdout}${stderr}` }),
    );
  });

describe('deploy/oobleck@.service', () => {
  const unit = read('deploy/oobleck@.service');
  const setting = (name: string) =>
    [...unit.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map((match) => match[1]!);

  it('starts a program that is there, with options that it has, and no check before it whose end would be taken for a failure to be tried again', async () => {
    const [start] = setting('ExecStart');
    expect(setting('ExecStartPre')).toEqual([]);
    expect(setting('RestartPreventExitStatus')).toEqual(['2']);
    const [, program, command, ...options] = start!.split(' ');
    expect(program).toMatch(/^\/opt\/oobleck\//);
    expect(existsSync(inRoot(program!))).toBe(true);
    const { text } = await run(process.execPath, [inRoot(program!), command!, '--help']);
    expect(text).toContain(options[0]!);
  });

  it('gives a process time to end that is longer than it takes for itself', () => {
    const [bound] = /boundMs = ([0-9_]+)/.exec(read('packages/oobleck/src/operate/shutdown.ts'))!.slice(1);
    const longestDrainMs = 300_000;
    const stopMs = Number(setting('TimeoutStopSec')[0]) * 1000;
    expect(stopMs).toBeGreaterThan(longestDrainMs + 2 * Number(bound!.replaceAll('_', '')));
    expect(setting('ExecReload')).toEqual(['/bin/kill -HUP $MAINPID']);
  });

  it('is a unit to systemd, and an exposed one it is not', async (context) => {
    const { code: absent } = await run('systemd-analyze', ['--version']);
    if (absent !== 0) return context.skip('systemd-analyze is not installed');
    const folder = mkdtempSync(join(tmpdir(), 'oobleck-unit-'));
    const file = join(folder, 'oobleck@public.service');
    const [program] = setting('ExecStart')[0]!.split(' ').slice(1);
    writeFileSync(
      file,
      unit.replaceAll('/usr/bin/node', process.execPath).replaceAll(program!, inRoot(program!)),
    );
    const verified = await run('systemd-analyze', ['verify', '--man=no', file]);
    expect(verified.text.split('\n').filter((line) => line.includes('oobleck@'))).toEqual([]);
    const judged = await run('systemd-analyze', ['security', '--offline=true', '--threshold=25', file]);
    expect({ code: judged.code, text: judged.code === 0 ? '' : judged.text }).toEqual({ code: 0, text: '' });
    rmSync(folder, { recursive: true });
  });
});

describe('deploy/Containerfile', () => {
  const file = read('deploy/Containerfile');
  const { devDependencies } = JSON.parse(read('package.json'));

  it('stands on the runtime that the tests run on, named by version', () => {
    expect(file).toContain(`ARG BASE=docker.io/library/node:${devDependencies.node}-`);
    expect(file.match(/^FROM \$\{BASE\}( AS install)?$/gm)).toHaveLength(2);
    expect(file.match(/^FROM /gm)).toHaveLength(2);
  });

  it('copies what is there, and what .dockerignore lets through', () => {
    const sources = [...file.matchAll(/^COPY (?!--from)(.+) [^ ]+$/gm)].flatMap((match) =>
      match[1]!.split(' '),
    );
    expect(sources.length).toBeGreaterThanOrEqual(7);
    for (const source of sources) expect(existsSync(join(ROOT, source)), source).toBe(true);
    const allowed = [...read('.dockerignore').matchAll(/^!(.+)$/gm)].map((match) => match[1]!);
    for (const source of sources)
      expect(
        allowed.some((one) => source === one || source.startsWith(`${one}/`)),
        source,
      ).toBe(true);
  });

  it('runs as nobody in particular, a program that is there', async () => {
    expect(/^USER (.*)$/m.exec(file)![1]).toMatch(/^[1-9][0-9]*:[1-9][0-9]*$/);
    const [, entry] = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(file)![1]!);
    const command = JSON.parse(/^CMD (.*)$/m.exec(file)![1]!);
    const { code, text } = await run(process.execPath, [inRoot(entry), command[0], '--help']);
    expect(code).toBe(0);
    expect(text).toContain(command[1]);
  });

  it('is asked for its health by a script that tells well from ill', async () => {
    const [, script, url] = JSON.parse(/CMD (\["node", .*health.*\])/.exec(file)![1]!);
    const server = createServer((request, response) =>
      response.writeHead(request.url === new URL(url).pathname ? 200 : 503).end(),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const at = (path: string) => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
    expect((await run(process.execPath, [inRoot(script), at(new URL(url).pathname)])).code).toBe(0);
    expect((await run(process.execPath, [inRoot(script), at('/elsewhere')])).code).toBe(1);
    const gone = at('/health/ready');
    server.close();
    server.closeAllConnections();
    expect((await run(process.execPath, [inRoot(script), gone])).code).toBe(1);
  });
});
