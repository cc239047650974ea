// Web pages and a process of the lab: pages that its configuration names may use the public services, and what they
// are told depends on no mailbox; the REST interface of a switch knows no pages.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeBase64url } from '@oobleck/stir/bytes';
import { addressOf, splitAddress } from '@oobleck/stir/mailbox';
import { Client } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNodeCrypto } from '../src/crypto/index.ts';
import { type Lab, writeLab } from '../src/lab/lab-files.ts';
import { parseConfiguration } from '../src/operate/index.ts';
import { CONFIGURATION, type RunningNode, startNode } from '../src/wiring/index.ts';
import { tn } from './network.ts';

const PAGE = 'https://app.example.net';

let folder: string;
let lab: Lab;
let services: RunningNode;
let calls: RunningNode;
let client: Client;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'oobleck-cors-'));
  lab = await writeLab(folder, Date.now());
  const { listen } = lab.bravo.services;
  services = await startNode(
    { ...lab.bravo.services, listen: { ...listen!, cors: { origins: [PAGE] } } },
    folder,
  );
  const { authentication: _, ...called } = lab.bravo.calls;
  calls = await startNode(called, folder);
  await calls.called!.renew();
  const ca = readFileSync(join(folder, 'tls-ca.pem'), 'utf8');
  client = new Client(lab.bravo.origin, { connect: { ca } });
});
afterAll(async () => {
  await client?.destroy();
  await calls?.close();
  await services?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function ask(method: string, path: string, headers: Record<string, string>) {
  const reply = await client.request({ path, method: method as 'GET', headers });
  const body = await reply.body.bytes();
  const { date: _, ...rest } = reply.headers;
  return { status: reply.statusCode, headers: rest, length: body.length };
}

describe('the public services', () => {
  it('let a page read the mirror, the token keys and certificates', async () => {
    for (const path of [
      '/credentials?since=0',
      '/.well-known/private-token-issuer-directory',
      '/certificates/bravo.pem',
    ]) {
      const { status, headers } = await ask('GET', path, { origin: PAGE });
      expect([path, status, headers['access-control-allow-origin']]).toEqual([path, 200, PAGE]);
    }
  });

  it('answer pages alike for every mailbox, known or not', async () => {
    const called = tn('12155000101');
    const [own] = calls.called!.keys.keysFor(called, 'bravo');
    const { id, shard } = splitAddress(addressOf(createNodeCrypto(), own!.form, called));
    const known = `/mailboxes/${encodeBase64url(id)}/${shard}/passports`;
    const unknown = `/mailboxes/${encodeBase64url(new Uint8Array(32))}/0/passports`;
    const query = `?page=0&n=${encodeBase64url(new Uint8Array(16))}`;
    for (const headers of [{ origin: PAGE }, { origin: 'https://evil.example' }]) {
      const asked = { ...headers, 'access-control-request-method': 'POST' };
      expect(await ask('OPTIONS', unknown, asked)).toEqual(await ask('OPTIONS', known, asked));
      const reply = await ask('GET', known + query, headers);
      expect(reply).toMatchObject({ status: 200, length: 16_384 });
      expect(await ask('GET', unknown + query, headers)).toEqual(reply);
    }
  });
});

describe('the REST interface', () => {
  it('refuses a page, and has no field that could change this', async () => {
    const rest = new Client(`http://127.0.0.1:${lab.bravo.restPort}`);
    const headers = { origin: PAGE, 'access-control-request-method': 'POST' };
    const reply = await rest.request({ path: '/stir/v1/verification', method: 'OPTIONS', headers });
    expect(reply.statusCode).toBeGreaterThanOrEqual(400);
    expect(reply.headers['access-control-allow-origin']).toBeUndefined();
    await reply.body.dump();
    await rest.destroy();
    const configured = { ...lab.bravo.calls, rest: { port: 0, cors: { origins: [PAGE] } } };
    expect(() => parseConfiguration(JSON.stringify(configured), CONFIGURATION)).toThrow(/rest/);
  });
});

describe('listen.cors', () => {
  const withOrigins = (origins: readonly string[]): string =>
    JSON.stringify({ ...lab.bravo.services, listen: { ...lab.bravo.services.listen, cors: { origins } } });

  it.each(['https://app.example.net', 'https://app.example.net:8443', 'http://127.0.0.1:5173'])(
    'takes %s',
    (origin) => expect(() => parseConfiguration(withOrigins([origin]), CONFIGURATION)).not.toThrow(),
  );

  it.each(['*', 'null', 'https://app.example.net/', 'https://App.example.net', 'http://app.example.net'])(
    'refuses %s',
    (origin) => expect(() => parseConfiguration(withOrigins([origin]), CONFIGURATION)).toThrow(/cors/),
  );
});
