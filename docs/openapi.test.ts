// docs/openapi-cps.json is what the public process does: every status that it lists is driven over HTTP/2 and TLS, with the
// media type and the fields it promises; and every request here is one it lists.

import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type ClientHttp2Session, connect } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { concatBytes, encodeBase64url } from '@oobleck/stir/bytes';
import { formatStreamRequest } from '@oobleck/stir/credential';
import { encodeAddress } from '@oobleck/stir/mailbox';
import { parseTelephoneNumber, type Spc } from '@oobleck/stir/number';
import { createPassportSigner } from '@oobleck/stir/passport';
import { formatPrivateToken, parseIssuerDirectory, TOKEN_BYTES } from '@oobleck/stir/token';
import Value from 'typebox/value';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAccessSigner } from '../packages/oobleck/src/cps/profiles/atis/index.ts';
import { createNodeCrypto } from '../packages/oobleck/src/crypto/index.ts';
import { createTokenTransport } from '../packages/oobleck/src/http/clients/index.ts';
import { createSafeClient, type SafeClient } from '../packages/oobleck/src/http/index.ts';
import { createWallet, type Wallet } from '../packages/oobleck/src/issuer/index.ts';
import { type Lab, writeLab } from '../packages/oobleck/src/lab/index.ts';
import { createEventLog } from '../packages/oobleck/src/operate/index.ts';
import { createCredentialFiles, readIdentity } from '../packages/oobleck/src/wiring/credential-files.ts';
import { type RunningNode, startNode } from '../packages/oobleck/src/wiring/index.ts';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

interface Response {
  readonly description: string;
  readonly headers?: Readonly<Record<string, { readonly required?: boolean }>>;
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}

const DOCUMENT = JSON.parse(readFileSync(new URL('openapi-cps.json', import.meta.url), 'utf8'));
const METHODS = ['get', 'put', 'post', 'delete', 'patch'];
const SEALED = 'application/vnd.stir-oob.sealed-passport';
const ATIS_HOST = 'cps.example.net';

/** `POST /mailboxes/{mailboxId}/{shard}/passports 201` and what it promises. */
const LISTED = new Map<string, Response>(
  Object.entries(
    DOCUMENT.paths as Record<string, Record<string, { responses: Record<string, Response> }>>,
  ).flatMap(([path, operations]) =>
    METHODS.filter((method) => operations[method] !== undefined).flatMap((method) =>
      Object.entries(operations[method]!.responses)
        .filter(([status]) => status !== 'default')
        .map(([status, response]) => [`${method.toUpperCase()} ${path} ${status}`, response] as const),
    ),
  ),
);

const crypto = createNodeCrypto();
let folder: string;
let lab: Lab;
let nodes: RunningNode[] = [];
let client: SafeClient;
let wallet: Wallet;
const answers: Answer[] = [];
let mailbox: string;
let credential: string;
const sessions: ClientHttp2Session[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'oobleck-openapi-'));
  lab = await writeLab(folder, Date.now());
  const log = createEventLog({ level: 'silent' });
  const issuer = { ...lab.bravo.services.issuer!, tokensPerDay: 64 };
  nodes = [
    await startNode(
      {
        ...lab.bravo.services,
        issuer,
        cps: { ...lab.bravo.services.cps!, batchDeposits: true },
        atis: { hosts: [ATIS_HOST], retentionSeconds: 60 },
      },
      folder,
      { log },
    ),
    await startNode(lab.alpha.services, folder, { log }),
  ];
  const [one] = lab.bravo.calls.verification!.mailboxes;
  const verification = { mailboxes: [{ ...one!, cps: [lab.bravo.origin], directories: [lab.bravo.origin] }] };
  const { authentication: _, rest: __, ...rest } = lab.bravo.calls;
  const holder = await startNode({ ...rest, verification }, folder, { log });
  nodes.push(holder);
  await holder.called!.renew();
  mailbox = encodeBase64url(
    holder.called!.keys.keysFor(parseTelephoneNumber('12155000101'), 'bravo')[0]!.mailboxId,
  );
  const lines = (await ask('GET', '/credentials?since=0')).body.toString().trim().split('\n');
  credential = lines.map((line) => JSON.parse(line).jws).find((jws) => jws !== undefined);
  await openWallet();
});

afterAll(async () => {
  wallet.close();
  await client.close();
  for (const session of sessions) session.destroy();
  for (const node of nodes.reverse()) await node.close();
  rmSync(folder, { recursive: true, force: true });
});

async function openWallet(): Promise<void> {
  client = createSafeClient({ ca: [lab.tlsCa], allowAddresses: ['127.0.0.0/8'] });
  const transport = createTokenTransport(client);
  const { body } = await ask('GET', '/.well-known/private-token-issuer-directory');
  const { host } = new URL(lab.bravo.origin);
  const keys = parseIssuerDirectory(body).keys.map(({ spki }) => spki);
  const [tenant] = lab.alpha.calls.authentication!.tenants;
  const identity = readIdentity(createCredentialFiles(folder), crypto, tenant!, 'tenant');
  wallet = createWallet(
    {
      crypto,
      now: () => Math.floor(Date.now() / 1000),
      transport: {
        ...transport,
        async post(...request) {
          const [url, headers, body] = request;
          answers.push(await ask('POST', new URL(url).pathname, { ...headers }, body));
          const { status, headers: fields, body: given } = answers.at(-1)!;
          return { status, contentType: fields['content-type']!, body: given };
        },
      },
      credential: () => identity,
      issuersInMirror: () => [{ name: host, keys }],
      schedule: (action, delayMs) => {
        const timer = setTimeout(action, delayMs);
        return () => clearTimeout(timer);
      },
    },
    { cpsAuthorities: [host], tokenMinimumAgeSeconds: 0, targetTokens: 1_000 },
  );
  await wallet.fill(host);
}

function ask(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: Uint8Array | string,
  origin = lab.bravo.origin,
): Promise<Answer> {
  const session =
    sessions.find((one) => one.originSet?.includes(origin)) ?? connect(origin, { ca: lab.tlsCa });
  if (!sessions.includes(session)) sessions.push(session);
  return new Promise((resolve, reject) => {
    const request = session.request({ ':method': method, ':path': path, ...headers });
    const chunks: Uint8Array[] = [];
    let head: Record<string, string> = {};
    const finish = () =>
      resolve({ status: Number(head[':status']), headers: head, body: Buffer.concat(chunks) });
    request.on('response', (fields) => {
      head = fields as Record<string, string>;
      if (head['content-type'] !== 'application/vnd.stir-oob.sealed-stream') return;
      request.close();
      finish();
    });
    request
      .on('data', (chunk: Uint8Array) => chunks.push(chunk))
      .on('close', finish)
      .on('error', reject);
    request.end(body);
  });
}

const host = () => new URL(lab.bravo.origin).host;
const token = () => formatPrivateToken(wallet.take(host(), 1)![0]!);
const deposits = (id = mailbox) => `/mailboxes/${id}/0/passports`;
const nonce = () => encodeBase64url(randomBytes(16));

function deposit(
  more: Record<string, string> = {},
  body: Uint8Array = randomBytes(2_048),
  path = deposits(),
) {
  const retract = encodeBase64url(randomBytes(32));
  const fields = { 'content-type': SEALED, 'passport-retract': retract, ...more };
  return ask('POST', path, { authorization: token(), ...fields }, body);
}

async function depositTwice(): Promise<Answer> {
  const authorization = token();
  await deposit({ authorization });
  return deposit({ authorization });
}

function streamRequest(): Record<string, string> {
  const [one] = lab.bravo.calls.verification!.mailboxes;
  const { key, chain } = readIdentity(createCredentialFiles(folder), crypto, one!, 'mailbox');
  const request = {
    mailboxId: Buffer.from(mailbox, 'base64url'),
    audience: host(),
    issuedAt: Math.floor(Date.now() / 1000),
    id: randomUUID(),
  };
  return { authorization: `Bearer ${formatStreamRequest(request, key, chain)}` };
}

/** One deposit, whose token is none. */
const batch = (): Uint8Array =>
  concatBytes(
    Uint8Array.of(1),
    encodeAddress(Buffer.from(mailbox, 'base64url'), 0),
    new Uint8Array(32),
    Uint8Array.of(30, 1),
    new Uint8Array(TOKEN_BYTES),
    Uint8Array.of(8, 0),
    randomBytes(2_048),
  );
const askBatch = (body: Uint8Array, type = 'application/vnd.stir-oob.deposits') =>
  ask('POST', '/deposits', { 'content-type': type }, body);

const PARTIES = { called: '19995550101', caller: '12025550101' } as const;

/** Alpha's requests to Bravo's CPS of the ATIS profiles, with a token of its own each. */
function atisOf(profile: '96' | '105') {
  const [tenant] = lab.alpha.calls.authentication!.tenants;
  const { key } = readIdentity(createCredentialFiles(folder), crypto, tenant!, 'tenant');
  const certificateUrl = `${lab.alpha.origin}/certificates/alpha.pem`;
  const now = () => Math.floor(Date.now() / 1000);
  const signer = createAccessSigner({ crypto, now, identity: () => ({ key, certificateUrl }) });
  const [called, caller] = [PARTIES.called, PARTIES.caller].map((one) => parseTelephoneNumber(one));
  const passport = createPassportSigner(key, certificateUrl).signShaken(
    { originator: caller!, destinations: [called!], issuedAt: now() },
    { attestation: 'A', originationId: randomUUID() },
  );
  const order = {
    profile,
    issuer: '1234' as Spc,
    spc: '1234' as Spc,
    audience: ATIS_HOST,
    called: { kind: 'tn', number: called! },
    caller: { kind: 'tn', number: caller! },
  } as const;
  const path = `/passports${profile === '105' ? '/1234' : ''}/${PARTIES.called}/${PARTIES.caller}`;
  const bearer = (text: string) => ({ authorization: `Bearer ${text}` });
  const json = { 'content-type': 'application/json' };
  return {
    publish(body = JSON.stringify({ passports: [passport] }), more: Record<string, string> = {}, at = path) {
      const authorization = bearer(signer.toPublish(order, [passport], 30));
      return ask('POST', at, { ...json, ...authorization, ...more }, body);
    },
    retrieve(at = path, more: Record<string, string> = {}) {
      return ask('GET', at, { ...bearer(signer.toRetrieve(order)), ...more });
    },
    noPath: path.replace(PARTIES.called, '+1'),
    otherPath: path.replace(PARTIES.caller, '12025550199'),
  };
}

function atisDrivers(profile: '96' | '105', path: string): [string, () => Promise<Answer>][] {
  const at = () => atisOf(profile);
  const none = { authorization: 'Bearer a.b.c' };
  return [
    [`GET ${path} 404`, () => at().retrieve()],
    [`POST ${path} 201`, () => at().publish()],
    [`POST ${path} 400`, () => at().publish('{"passports":[]}')],
    [`POST ${path} 401`, () => at().publish(undefined, none)],
    [`POST ${path} 403`, () => at().publish(undefined, {}, at().otherPath)],
    [`POST ${path} 413`, () => at().publish('x'.repeat(65_537))],
    [`POST ${path} 415`, () => at().publish(undefined, { 'content-type': 'text/plain' })],
    [`GET ${path} 200`, () => at().retrieve()],
    [`GET ${path} 400`, () => at().retrieve(at().noPath)],
    [`GET ${path} 401`, () => at().retrieve(undefined, none)],
    [`GET ${path} 403`, () => at().retrieve(at().otherPath)],
  ];
}

/** What the wallet was answered when it drew tokens. */
async function draw(status: number): Promise<Answer> {
  while (!answers.some((one) => one.status === status)) {
    const before = answers.length;
    await wallet.fill(host());
    if (answers.length === before) throw new Error('no answer');
  }
  return answers.find((one) => one.status === status)!;
}

const stream = `/mailboxes/{mailboxId}/stream`;
const passports = '/mailboxes/{mailboxId}/{shard}/passports';
const streamOf = (query: string) => `/mailboxes/${mailbox}/stream?${query}`;
const jose = { 'content-type': 'application/jose' };
const bytes = { 'content-type': 'application/octet-stream' };
const DRIVERS: Readonly<Record<string, () => Promise<Answer>>> = {
  [`POST ${passports} 201`]: () => deposit(),
  [`POST ${passports} 400`]: () => deposit({}, undefined, deposits('short')),
  [`POST ${passports} 401`]: () => deposit({ authorization: 'PrivateToken token="AAAA"' }),
  [`POST ${passports} 404`]: () => deposit({}, undefined, deposits(encodeBase64url(randomBytes(32)))),
  [`POST ${passports} 409`]: depositTwice,
  [`POST ${passports} 413`]: () => deposit({}, randomBytes(8_193)),
  [`POST ${passports} 415`]: () => deposit({ 'content-type': 'text/plain' }),
  [`POST ${passports} 422`]: () => deposit({ 'passport-lifetime': '15' }),
  [`GET ${passports} 200`]: () => ask('GET', `${deposits()}?page=0&n=${nonce()}`),
  [`GET ${passports} 400`]: () => ask('GET', `${deposits()}?page=0&n=short`),
  [`GET ${stream} 200`]: () => ask('GET', streamOf('cells=1&cadenceMs=100'), streamRequest()),
  [`GET ${stream} 400`]: () => ask('GET', streamOf('cells=65&cadenceMs=100'), streamRequest()),
  [`GET ${stream} 401`]: () => ask('GET', streamOf('cells=1&cadenceMs=100')),
  'POST /retractions 204': () => ask('POST', '/retractions', bytes, randomBytes(64)),
  'POST /retractions 413': () => ask('POST', '/retractions', bytes, randomBytes(65 * 32)),
  'POST /retractions 415': () => ask('POST', '/retractions', jose, randomBytes(32)),
  'POST /retractions 422': () => ask('POST', '/retractions', bytes, randomBytes(33)),
  'GET /.well-known/private-token-issuer-directory 200': () =>
    ask('GET', '/.well-known/private-token-issuer-directory'),
  'POST /token-request 200': () => draw(200),
  'POST /token-request 401': () =>
    ask('POST', '/token-request', { 'content-type': 'application/private-token-request' }, randomBytes(10)),
  'POST /token-request 415': () => ask('POST', '/token-request', { 'content-type': 'text/html' }, 'x'),
  'POST /token-request 429': () => draw(429),
  'PUT /credentials 200': () => ask('PUT', '/credentials', jose, credential),
  'PUT /credentials 201': () => ask('PUT', '/credentials', jose, credential, lab.alpha.origin),
  'PUT /credentials 415': () => ask('PUT', '/credentials', { 'content-type': 'text/html' }, credential),
  'PUT /credentials 422': () => ask('PUT', '/credentials', jose, 'no.jws.here'),
  'GET /credentials 200': () => ask('GET', '/credentials?since=0'),
  'GET /credentials 400': () => ask('GET', '/credentials?since=x'),
  'GET /prefixes/{prefix} 200': () => ask('GET', '/prefixes/1215500'),
  'GET /prefixes/{prefix} 400': () => ask('GET', '/prefixes/abc'),
  'POST /deposits 200': () => askBatch(batch()),
  'POST /deposits 400': () => askBatch(Uint8Array.of(0)),
  'POST /deposits 413': () => askBatch(new Uint8Array(2_000_000)),
  'POST /deposits 415': () => askBatch(batch(), 'text/plain'),
  ...Object.fromEntries(atisDrivers('96', '/passports/{dest}/{orig}')),
  ...Object.fromEntries(atisDrivers('105', '/passports/{spc}/{dest}/{orig}')),
  'POST /republish/{dest}/{orig} 403': () => ask('POST', `/republish/${PARTIES.called}/${PARTIES.caller}`),
  'GET /certificates/{name} 200': () => ask('GET', '/certificates/bravo.pem'),
  'GET /health 200': () => ask('GET', '/health'),
  'GET /health/live 200': () => ask('GET', '/health/live'),
  'GET /health/ready 200': () => ask('GET', '/health/ready'),
  'GET /health/ready 503': async () => {
    nodes[0]!.environment.readiness.drain();
    return ask('GET', '/health/ready');
  },
  'GET /health 503': async () => {
    nodes[0]!.environment.readiness.drain();
    return ask('GET', '/health');
  },
};

describe('docs/openapi-cps.json', () => {
  it('lists what is driven, and nothing else', () => {
    expect(Object.keys(DRIVERS).sort()).toEqual([...LISTED.keys()].sort());
  });

  it.each(Object.keys(DRIVERS))('%s is what the server does', async (name) => {
    const answer = await DRIVERS[name]!();
    const listed = LISTED.get(name)!;
    expect(`${answer.status} ${answer.body.toString('utf8', 0, 200)}`).toMatch(
      new RegExp(`^${name.split(' ').at(-1)} `),
    );
    const [media] = (answer.headers['content-type'] ?? '').split(';');
    expect(media === '' ? [] : [media]).toEqual(Object.keys(listed.content ?? {}));
    for (const [field, { required }] of Object.entries(listed.headers ?? {}))
      if (required) expect(answer.headers, field).toHaveProperty(field.toLowerCase());
    if (listed.content === undefined) expect(answer.body).toHaveLength(0);
    if (!media!.endsWith('json') || media!.includes('nd')) return;
    const document: unknown = JSON.parse(answer.body.toString());
    expect(Value.Check(resolved(listed.content![media!]!.schema), document)).toBe(true);
  });

  it('points at nothing that is not there', () => {
    for (const [, target] of JSON.stringify(DOCUMENT).matchAll(/"\$ref":"#\/([^"]+)"/g))
      expect(
        target!.split('/').reduce((at, part) => at?.[part], DOCUMENT),
        target,
      ).toBeDefined();
  });
});

/** Our references go one step only. */
function resolved(schema: { $ref?: string }): object {
  return schema.$ref === undefined ? schema : DOCUMENT.components.schemas[schema.$ref.split('/').at(-1)!];
}
