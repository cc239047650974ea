// The command line as an operator meets it: exit codes, and messages that name the field.

import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServe } from './serve-process.ts';

const MAIN = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'oobleck-cli-'));
  expect(await oobleck('lab', folder)).toMatchObject({ code: 0 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function oobleck(...words: string[]): Promise<{ code: number; out: string; error: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...words], { timeout: 20_000 }, (failure, out, error) => {
      resolve({ code: failure === null ? 0 : Number(failure.code), out, error });
    });
  });
}

type Tree = Record<string, unknown>;

/** The lab's configuration with some members replaced. */
function configured(name: string, change: (configuration: Record<string, Tree>) => unknown): string {
  const configuration = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
  change(configuration);
  const file = join(folder, 'changed.json');
  writeFileSync(file, JSON.stringify(configuration));
  return file;
}

describe('usage', () => {
  it('says help with 0 and everything unknown with 2', async () => {
    expect(await oobleck('--help')).toMatchObject({ code: 0 });
    expect(await oobleck('no-such-command')).toMatchObject({ code: 2 });
    expect(await oobleck('serve')).toMatchObject({ code: 2 });
    expect(await oobleck('demo', '--no-such-option')).toMatchObject({ code: 2 });
  });
});

describe('lab', () => {
  it('writes private keys for their owner only', () => {
    for (const name of ['alpha.key', 'tls.key', 'alpha-calls.json'])
      expect(statSync(join(folder, name)).mode & 0o077, name).toBe(0);
  });
});

describe('serve', () => {
  it.each([
    [
      'a field out of range',
      (c: Record<string, Tree>) => (c.listen!.port = 70_000),
      'listen.port: expected an integer from 0 to 65535',
    ],
    [
      'a field that is not known',
      (c: Record<string, Tree>) => (c.trust!.anchors = 'x'),
      'trust.anchors: unknown field',
    ],
    [
      'a file that is not there',
      (c: Record<string, Tree>) => (c.trust!.anchorsFile = 'none.pem'),
      'trust.anchorsFile: the file cannot be read (ENOENT)',
    ],
    [
      'a file of another kind',
      (c: Record<string, Tree>) => (c.trust!.anchorsFile = 'numbers.csv'),
      'trust.anchorsFile: not a PEM list',
    ],
    [
      'a role without a listener',
      (c: Record<string, Tree>) => delete c.listen,
      'listen: expected, since cps',
    ],
  ])('%s: exit 2 and a line that names it', async (_name, change, message) => {
    const { code, error } = await oobleck('serve', '--config', configured('alpha-services', change));
    expect({ code, error }).toEqual({ code: 2, error: expect.stringContaining(`configuration: ${message}`) });
  });

  it.each([
    [
      'another address without TLS',
      { host: '0.0.0.0', port: 0 },
      'rest.tls: expected on any address but loopback',
    ],
    [
      'another address without keys',
      { host: '0.0.0.0', port: 0, tls: { certificateFile: 'tls.pem', keyFile: 'tls.key' } },
      'rest.bearerKeys: expected, or rest.clientCertificates',
    ],
    [
      'a key for a tenant that is not there',
      { port: 0, bearerKeys: [{ tenant: 'nobody', sha256: '0'.repeat(64) }] },
      'rest.bearerKeys.0.tenant: expected the name of a tenant',
    ],
  ])('REST on %s is refused', async (_name, rest, message) => {
    const file = configured('alpha-calls', (c) => (c.rest = rest));
    const { code, error } = await oobleck('serve', '--config', file);
    expect({ code, error }).toEqual({ code: 2, error: expect.stringContaining(message) });
  });

  it('a signing key that is not the certificate’s is refused', async () => {
    const file = configured('alpha-calls', (c) => {
      (c.authentication!.tenants as Tree[])[0]!.keyFile = 'bravo.key';
    });
    const { code, error } = await oobleck('serve', '--config', file);
    expect(code).toBe(2);
    expect(error).toContain(
      'authentication.tenants.0.keyFile: not the key of the first certificate of chainFile',
    );
  });

  it('a configuration that cannot be read, or is no JSON, is refused', async () => {
    expect(await oobleck('serve', '--config', join(folder, 'none.json'))).toMatchObject({
      code: 2,
      error: 'configuration: file cannot be read (ENOENT)\n',
    });
    writeFileSync(join(folder, 'broken.json'), '{"trust":');
    expect(await oobleck('serve', '--config', join(folder, 'broken.json'))).toMatchObject({ code: 2 });
  });

  it('a port that is taken: exit 69', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    const file = configured('alpha-services', (c) => (c.listen!.port = port));
    expect(await oobleck('serve', '--config', file)).toMatchObject({
      code: 69,
      error: 'cannot listen (EADDRINUSE)\n',
    });
    await new Promise((resolve) => other.close(resolve));
  });

  it('serves until SIGTERM, and ends with 0', async () => {
    const server = await startServe(configured('alpha-services', (c) => (c.listen!.port = 0)));
    expect(server.output()).toMatch(/^ready https:\/\/127\.0\.0\.1:[0-9]+$/m);
    expect(await server.stop()).toBe(0);
    expect(existsSync(`/proc/${server.pid}`)).toBe(false);
  });
});
