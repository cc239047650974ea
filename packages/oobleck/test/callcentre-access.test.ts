// Who may see and say what at the call-centre routes, where client certificates decide: each is bound to one tenant, and a
// tenant hears of its own calls alone. A whole node, over TLS, both versions of HTTP.

import { createHash, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { writeLab } from '../src/lab/index.ts';
import { createTlsAuthority, type TlsAuthority, type TlsIdentity } from '../src/lab/tls-authority.ts';
import { createEventLog } from '../src/operate/index.ts';
import { type RunningNode, startNode } from '../src/wiring/index.ts';

const TENANTS = ['north', 'south'] as const;

let folder: string;
let authority: TlsAuthority;
let node: RunningNode;
const certificates = new Map<string, TlsIdentity>();
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'oobleck-centre-access-'));
  const lab = await writeLab(folder, Date.now());
  authority = await createTlsAuthority({ nowMs: Date.now() });
  for (const name of [...TENANTS, 'unlisted']) certificates.set(name, await authority.issueClient(name));
  const elsewhere = await createTlsAuthority({ nowMs: Date.now() });
  certificates.set('of another authority', await elsewhere.issueClient('north'));
  const server = await authority.issueServer();
  const files = { 'rest-ca.pem': authority.ca, 'rest.pem': server.certificate, 'rest.key': server.key };
  for (const [name, pem] of Object.entries(files)) writeFileSync(join(folder, name), pem, { mode: 0o600 });
  const { authentication: _, verification, ...calls } = lab.bravo.calls;
  const mailboxes = verification!.mailboxes.map((one, at) => ({ ...one, tenant: TENANTS[at]! }));
  const rest = {
    port: 0,
    tls: { certificateFile: 'rest.pem', keyFile: 'rest.key', clientCaFile: 'rest-ca.pem' },
    clientCertificates: TENANTS.map((tenant) => ({
      tenant,
      sha256: createHash('sha256')
        .update(new X509Certificate(certificates.get(tenant)!.certificate).raw)
        .digest('hex'),
    })),
  };
  const log = createEventLog({ level: 'silent' });
  const asked = { ...verification!, mailboxes, streams: { cells: 1, cadenceMs: 500 } };
  node = await startNode({ ...calls, verification: asked, rest, callcentre: { waitMs: 200 } }, folder, {
    log,
  });
}, 60_000);
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});
afterAll(async () => {
  await node?.close();
  rmSync(folder, { recursive: true, force: true });
});

function clientOf(name: string | undefined, allowH2: boolean): Client {
  const shown = name === undefined ? undefined : certificates.get(name)!;
  const connect = { ca: authority.ca, ...(shown && { cert: shown.certificate, key: shown.key }) };
  const client = new Client(node.restOrigin!, { allowH2, connect });
  closers.unshift(() => client.destroy());
  return client;
}

const CALLS = '/callcentre/v1/calls';
const EVENTS = '/callcentre/v1/events';

function tell(client: Client, callId: string, headers: Record<string, string> = {}) {
  const body = JSON.stringify({ callId, calling: '12025550101', called: '12155100042' });
  return client.request({
    method: 'POST',
    path: CALLS,
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
}

async function listen(client: Client): Promise<() => string> {
  const { statusCode, body } = await client.request({ method: 'GET', path: EVENTS });
  expect(statusCode).toBe(200);
  let heard = '';
  body
    .on('error', () => undefined)
    .on('data', (chunk) => {
      heard += String(chunk);
    });
  closers.unshift(() => body.destroy());
  return () => heard;
}

describe.each([
  ['HTTP/2', true],
  ['HTTP/1.1', false],
])('over %s', (version, allowH2) => {
  it('a tenant by its certificate is told of its own calls, and of no other’s', async () => {
    const [north, south] = TENANTS.map((name) => clientOf(name, allowH2)) as [Client, Client];
    // A stream of events takes a whole connection of HTTP/1.1.
    const heard = await Promise.all(TENANTS.map((name) => listen(clientOf(name, allowH2))));
    const ids = TENANTS.map((name) => `${name}-${version.slice(5)}@switch`);
    expect((await tell(north, ids[0]!)).statusCode).toBe(202);
    expect((await tell(south, ids[1]!)).statusCode).toBe(202);
    for (const at of [0, 1]) {
      await expect.poll(() => heard[at]!(), { timeout: 10_000 }).toMatch(/event: verdict/);
      expect(heard[at]!()).toContain(`"callId":"${ids[at]}"`);
      expect(heard[at]!()).not.toContain(ids[1 - at]!);
    }
  });

  it('one that is not listed is nobody, whatever else it says', async () => {
    const unlisted = clientOf('unlisted', allowH2);
    const asked = [
      await tell(unlisted, 'nobody'),
      await tell(unlisted, 'nobody', { authorization: 'Bearer 0123456789abcdef0123456789abcdef' }),
      await unlisted.request({ method: 'GET', path: EVENTS }),
    ];
    for (const { statusCode, headers, body } of asked) {
      expect([statusCode, headers['www-authenticate']]).toEqual([401, 'Bearer']);
      expect(await body.json()).toMatchObject({ type: 'urn:oobleck:problem:unauthorized' });
    }
  });

  it('none at all, or one of another authority, does not get past TLS', async () => {
    for (const name of [undefined, 'of another authority']) {
      await expect(tell(clientOf(name, allowH2), 'nobody')).rejects.toThrow();
      await expect(clientOf(name, allowH2).request({ method: 'GET', path: EVENTS })).rejects.toThrow();
    }
  });

  it('a web page is refused, its reader’s certificate or not', async () => {
    const { statusCode } = await tell(clientOf('north', allowH2), 'page', { origin: 'https://page.example' });
    expect(statusCode).toBe(403);
  });
});
