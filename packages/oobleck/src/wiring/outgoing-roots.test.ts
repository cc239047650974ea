import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createSafeClient, HttpFailure } from '../http/index.ts';
import { createTlsAuthority, type TlsAuthority } from '../lab/tls-authority.ts';
import { ConfigurationError, createEventLog } from '../operate/index.ts';
import { createCredentialFiles } from './credential-files.ts';
import { createLiveFiles } from './live-files.ts';
import { readOutgoingRoots } from './outgoing-roots.ts';

let folder: string;
let authorities: readonly TlsAuthority[];
const closers: (() => unknown)[] = [];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'roots-'));
  authorities = await Promise.all([1, 2].map(() => createTlsAuthority({ nowMs: Date.now() })));
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  rmSync(folder, { recursive: true });
});

const write = (text: string): void => writeFileSync(join(folder, 'ca.pem'), text);

function read() {
  const live = createLiveFiles(createEventLog({ level: 'silent' }));
  return { live, roots: readOutgoingRoots(createCredentialFiles(folder), live, 'ca.pem')! };
}

it('roots are read at the start and again when told, and stay where the file is away or at fault', () => {
  const [first, second] = authorities.map(({ ca }) => ca.trim());
  expect(read).toThrow(ConfigurationError);
  write('none');
  expect(read).toThrow(ConfigurationError);
  write(`# ours\n${first}\n`);
  const { live, roots } = read();
  const before = roots();
  expect(before).toEqual([first]);
  rmSync(join(folder, 'ca.pem'));
  for (const spoil of [
    () => undefined,
    () => write(''),
    () => write(second!.slice(0, 300)),
    () => write(second!.replace(/^M.{40}/m, 'AAAA')),
  ]) {
    spoil();
    expect(() => live.reload()).toThrow(/client\.caFile/);
    expect(roots()).toBe(before);
  }
  write(`${first}\n${second}\n`);
  live.reload();
  expect(roots()).toEqual([first, second]);
});

it('a client that is there connects by the roots of the moment', async () => {
  const [first, second] = authorities;
  const identity = await second!.issueServer(['127.0.0.1']);
  const answer = { connection: 'close', 'content-length': '0' };
  const server = createServer({ cert: identity.certificate, key: identity.key }, (_request, response) =>
    response.writeHead(200, answer).end(),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => server.close());
  write(first!.ca);
  const { live, roots } = read();
  const client = createSafeClient({ ca: roots, allowAddresses: ['127.0.0.1'] });
  closers.unshift(() => client.close());
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const ask = (): Promise<unknown> =>
    client.request({ method: 'GET', url, deadlineMs: 5_000, maxResponseBytes: 100 }).then(
      ({ status }) => status,
      (error: unknown) => error instanceof HttpFailure && error.code,
    );
  expect(await ask()).toBe('tls');
  write(second!.ca);
  live.reload();
  expect(await ask()).toBe(200);
  write(first!.ca);
  live.reload();
  expect(await ask()).toBe('tls');
});
