// docs/openapi-cps.json is what the public process does: every status that it lists is driven over TLS, with the media type
// and the fields it promises; whatever is answered here is listed there; and so is each status that stands in the faces.

import { randomBytes, randomUUID } from 'node:crypto';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type ClientHttp2Session, connect } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { concatBytes, encodeBase64url } from '@oobleck/stir/bytes';
import { formatStreamRequest } from '@oobleck/stir/credential';
import { signCompactJws } from '@oobleck/stir/jws';
import { encodeAddress } from '@oobleck/stir/mailbox';
import { parseTelephoneNumber, type Spc } from '@oobleck/stir/number';
import { createPassportSigner } from '@oobleck/stir/passport';
import {
  BATCH_REQUEST_TYPE,
  blindToken,
  encodeBatchRequest,
  encodeTokenRequest,
  formatAttestation,
  formatPrivateToken,
  parseIssuerDirectory,
  storageChallenge,
  TOKEN_BYTES,
  TOKEN_REQUEST_TYPE,
} from '@oobleck/stir/token';
import Value from 'typebox/value';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAccessSigner } from '../packages/oobleck/src/cps/profiles/atis/index.ts';
import { createNodeCrypto } from '../packages/oobleck/src/crypto/index.ts';
import { createTokenTransport } from '../packages/oobleck/src/http/clients/index.ts';
import { createSafeClient, type SafeClient } from '../packages/oobleck/src/http/index.ts';
import { createWallet, type Wallet } from '../packages/oobleck/src/issuer/index.ts';
import { findFreePorts } from '../packages/oobleck/src/lab/free-ports.ts';
import { type Lab, writeLab } from '../packages/oobleck/src/lab/index.ts';
import { createEventLog } from '../packages/oobleck/src/operate/index.ts';
import type { LimitsConfiguration } from '../packages/oobleck/src/wiring/configuration-listen.ts';
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
const SOURCE = fileURLToPath(new URL('../packages/oobleck/src/', import.meta.url));
/** Of what the document says once for all, or under `default`. */
const EVERYWHERE = new Set(['405', '500', '501']);

/** An operation, its status, and the media type where the status has several: what is driven and given is told by it. */
const nameOf = (operation: string, status: string | number, media: string, { content = {} }: Response) =>
  `${operation} ${status}${Object.keys(content).length > 1 ? ` ${media}` : ''}`;

/** `POST /mailboxes/{mailboxId}/{shard}/passports 201` and what it promises. */
const LISTED = new Map<string, Response>(
  Object.entries(
    DOCUMENT.paths as Record<string, Record<string, { responses: Record<string, Response> }>>,
  ).flatMap(([path, operations]) =>
    METHODS.filter((method) => operations[method] !== undefined).flatMap((method) =>
      Object.entries(operations[method]!.responses)
        .filter(([status]) => status !== 'default')
        .map(([status, given]) => [status, resolved<Response>(given)] as const)
        .flatMap(([status, response]) =>
          Object.keys(response.content ?? { '': {} }).map(
            (media) =>
              [nameOf(`${method.toUpperCase()} ${path}`, status, media, response), response] as const,
          ),
        ),
    ),
  ),
);

/** Paths of the document as expressions, and what was answered on them, by the names of `LISTED`. */
const PATTERNS = Object.keys(DOCUMENT.paths).map(
  (path) => [path, new RegExp(`^${path.replace(/\{[^}]+\}/g, '[^/]*')}$`)] as const,
);
const given = new Set<string>();

function note(method: string, target: string, { status, headers }: Answer): void {
  const [path] = PATTERNS.find(([, pattern]) => pattern.test(target.split('?')[0]!)) ?? [];
  const operation = DOCUMENT.paths[path ?? '']?.[method.toLowerCase()];
  if (operation === undefined) return;
  const response = resolved<Response>(operation.responses[status] ?? {});
  given.add(nameOf(`${method} ${path}`, status, mediaOf(headers), response));
}

const mediaOf = (headers: Answer['headers']) => (headers['content-type'] ?? '').split(';')[0]!;

const crypto = createNodeCrypto();
let folder: string;
let lab: Lab;
let nodes: RunningNode[] = [];
/** Bravo's services at other ports, each at one of its limits. */
let strict: string;
let hasty: string;
let crowded: string;
let full: string;
let client: SafeClient;
let wallet: Wallet;
const answers: Answer[] = [];
let mailbox: string;
let credential: string;
let issuerKey: Uint8Array;
const sessions: ClientHttp2Session[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'oobleck-openapi-'));
  lab = await writeLab(folder, Date.now());
  const log = createEventLog({ level: 'silent' });
  const issuer = { ...lab.bravo.services.issuer!, tokensPerDay: 64 };
  const bravo = {
    ...lab.bravo.services,
    issuer,
    cps: { ...lab.bravo.services.cps!, batchDeposits: true },
    atis: { hosts: [ATIS_HOST], retentionSeconds: 60 },
  };
  nodes = [await startNode(bravo, folder, { log }), await startNode(lab.alpha.services, folder, { log })];
  const ports = await findFreePorts(4);
  [strict, hasty, crowded, full] = ports.map((port) => `https://127.0.0.1:${port}`) as [
    string,
    string,
    string,
    string,
  ];
  const at = (port: number | undefined, limits: LimitsConfiguration = {}) => ({
    ...bravo,
    listen: { ...bravo.listen!, port: port!, limits },
  });
  const late = { headerTimeoutMs: 100, requestTimeoutMs: 100, responseTimeoutMs: 400 };
  const cps = { ...bravo.cps, memoryMegabytes: 1, streams: { perMailbox: 0 } };
  for (const configuration of [
    at(ports[0], { maxRequestsPerSecondPerAddress: 1 }),
    at(ports[1], late),
    { ...at(ports[2]), memory: { maximumBytes: 67_108_864 } },
    { ...at(ports[3]), cps, atis: { ...bravo.atis, requestsPerSecond: 1 } },
  ])
    nodes.push(await startNode(configuration, folder, { log }));
  await fill(nodes.at(-1)!);
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

/** With blobs past its HTTP, until its memory has room for none. */
async function fill({ environment: { stores } }: RunningNode): Promise<void> {
  const [depositedAtMs, bytes, hash] = [Date.now(), randomBytes(2_048), randomBytes(32)];
  const blob = {
    bytes,
    hash,
    depositedAtMs,
    expiresAtMs: depositedAtMs + 60_000,
    stake: 0,
    retractHash: 'r',
  };
  const add = async (at: number) => stores.mailboxes.add(`box/${at}`, { ...blob, id: `${at}` });
  for (let at = 0, isFull = false; !isFull; at++)
    await add(at).catch(() => {
      isFull = true;
    });
}

async function openWallet(): Promise<void> {
  client = createSafeClient({ ca: [lab.tlsCa], allowAddresses: ['127.0.0.0/8'] });
  const transport = createTokenTransport(client);
  const { body } = await ask('GET', '/.well-known/private-token-issuer-directory');
  const { host } = new URL(lab.bravo.origin);
  const keys = parseIssuerDirectory(body).keys.map(({ spki }) => spki);
  issuerKey = keys[0]!;
  const identity = alphaTenant();
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
  /** The body does not come to its end. */
  isSlow = false,
): Promise<Answer> {
  const session =
    sessions.find((one) => one.originSet?.includes(origin)) ?? connect(origin, { ca: lab.tlsCa });
  if (!sessions.includes(session)) sessions.push(session);
  return new Promise((resolve, reject) => {
    const request = session.request({ ':method': method, ':path': path, ...headers });
    const chunks: Uint8Array[] = [];
    let head: Record<string, string> = {};
    const finish = () => {
      const answer = { status: Number(head[':status']), headers: head, body: Buffer.concat(chunks) };
      note(method, path, answer);
      resolve(answer);
    };
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
    if (isSlow) request.write('x');
    else request.end(body);
  });
}

/** Over HTTP/1.1, and a body that does not come. */
function askSlowly(method: string, path: string, type: string, more = ''): Promise<Answer> {
  const { hostname, port } = new URL(hasty);
  return new Promise((resolve, reject) => {
    const socket = connectTls({ host: hostname, port: Number(port), ca: lab.tlsCa });
    let text = '';
    socket
      .setEncoding('latin1')
      .on('data', (chunk) => {
        text += chunk;
      })
      .on('error', reject)
      .on('close', () => {
        const [head, body] = text.split('\r\n\r\n') as [string, string];
        const [line, ...fields] = head.split('\r\n');
        const headers = Object.fromEntries(fields.map((field) => field.split(': ') as [string, string]));
        const answer = { status: Number(line!.split(' ')[1]), headers, body: Buffer.from(body) };
        note(method, path, answer);
        resolve(answer);
      });
    const head = `${method} ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: ${type}\r\ncontent-length: 100\r\n${more}`;
    socket.write(`${head}\r\nx`);
  });
}

const LONG_HEAD = Object.fromEntries(Array.from({ length: 65 }, (_, at) => [`x-${at}`, 'x']));

const host = () => new URL(lab.bravo.origin).host;
const token = () => formatPrivateToken(wallet.take(host(), 1)![0]!);
const deposits = (id = mailbox) => `/mailboxes/${id}/0/passports`;
const nonce = () => encodeBase64url(randomBytes(16));

function deposit(
  more: Record<string, string> = {},
  body: Uint8Array = randomBytes(2_048),
  path = deposits(),
  origin?: string,
) {
  const retract = encodeBase64url(randomBytes(32));
  const fields = { 'content-type': SEALED, 'passport-retract': retract, ...more };
  return ask('POST', path, { authorization: token(), ...fields }, body, origin);
}

async function depositTwice(): Promise<Answer> {
  const authorization = token();
  await deposit({ authorization });
  return deposit({ authorization });
}

const ownerOf = () =>
  readIdentity(createCredentialFiles(folder), crypto, lab.bravo.calls.verification!.mailboxes[0]!, 'mailbox');
const alphaTenant = () =>
  readIdentity(createCredentialFiles(folder), crypto, lab.alpha.calls.authentication!.tenants[0]!, 'tenant');

function streamRequest({ key, chain } = ownerOf()): Record<string, string> {
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
const BATCH = 'application/vnd.stir-oob.deposits';
const askBatch = (body: Uint8Array, type = BATCH, origin?: string) =>
  ask('POST', '/deposits', { 'content-type': type }, body, origin);

/** Of the full CPS, whose owner may have no stream there. */
async function askStreamTooMany(): Promise<Answer> {
  await ask('PUT', '/credentials', jose, credential, full);
  return ask('GET', streamOf('cells=1&cadenceMs=100'), streamRequest(), undefined, full);
}

/** As the owner would have registered it a minute before. */
function olderCredential(): string {
  const [header, payload] = credential.split('.').map((part) => Buffer.from(part, 'base64url').toString());
  const claims = JSON.parse(payload!);
  return signCompactJws(header!, JSON.stringify({ ...claims, iat: claims.iat - 60 }), ownerOf().key);
}

const blinded = () =>
  blindToken({
    crypto,
    key: crypto.importTokenVerifyingKey(issuerKey),
    challenge: storageChallenge(host(), host()),
  }).request;
/** Not below any modulus: for this one nothing can be issued. */
const wrong = () => ({ ...blinded(), blindedMessage: new Uint8Array(256).fill(255) });

function askTokens(body: Uint8Array, type = BATCH_REQUEST_TYPE): Promise<Answer> {
  const { key, chain } = alphaTenant();
  const issuedAt = Math.floor(Date.now() / 1000);
  const attestation = { audience: host(), issuedAt, id: randomUUID(), digest: crypto.sha256(body) };
  const authorization = `Bearer ${formatAttestation(attestation, key, chain)}`;
  return ask('POST', '/token-request', { 'content-type': type, authorization }, body);
}

const PARTIES = { called: '19995550101', caller: '12025550101' } as const;

/** Alpha's requests to Bravo's CPS of the ATIS profiles, with a token of its own each. */
function atisOf(profile: '96' | '105', chain = 'alpha.pem') {
  const { key } = alphaTenant();
  const certificateUrl = `${lab.alpha.origin}/certificates/${chain}`;
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
    publish(
      body = JSON.stringify({ passports: [passport] }),
      more: Record<string, string> = {},
      at = path,
      origin?: string,
      isSlow?: boolean,
    ) {
      const authorization = bearer(signer.toPublish(order, [passport], 30));
      return ask('POST', at, { ...json, ...authorization, ...more }, body, origin, isSlow);
    },
    retrieve(at = path, more: Record<string, string> = {}, origin?: string) {
      return ask('GET', at, { ...bearer(signer.toRetrieve(order)), ...more }, undefined, origin);
    },
    noPath: path.replace(PARTIES.called, '+1'),
    otherPath: path.replace(PARTIES.caller, '12025550199'),
  };
}

const JSON_TYPE = 'application/json';

async function tooOften(send: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    const answer = await send();
    if (answer.status === 429) return answer;
  }
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
    [`POST ${path} 408`, () => at().publish(undefined, {}, undefined, hasty, true)],
    [`POST ${path} 429 ${JSON_TYPE}`, () => tooOften(() => at().publish(undefined, {}, undefined, full))],
    [`GET ${path} 429 ${JSON_TYPE}`, () => tooOften(() => at().retrieve(undefined, {}, full))],
    [`POST ${path} 503 ${JSON_TYPE}`, () => atisOf(profile, 'nobody.pem').publish()],
    [`GET ${path} 503 ${JSON_TYPE}`, () => atisOf(profile, 'nobody.pem').retrieve()],
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
const OWN: Readonly<Record<string, () => Promise<Answer>>> = {
  [`POST ${passports} 201`]: () => deposit(),
  [`POST ${passports} 400`]: () => deposit({}, undefined, deposits('short')),
  [`POST ${passports} 401`]: () => deposit({ authorization: 'PrivateToken token="AAAA"' }),
  [`POST ${passports} 404`]: () => deposit({}, undefined, deposits(encodeBase64url(randomBytes(32)))),
  [`POST ${passports} 409`]: depositTwice,
  [`POST ${passports} 413`]: () => deposit({}, randomBytes(8_193)),
  [`POST ${passports} 415`]: () => deposit({ 'content-type': 'text/plain' }),
  [`POST ${passports} 422`]: () => deposit({ 'passport-lifetime': '15' }),
  [`POST ${passports} 503`]: () => deposit({}, undefined, deposits(), full),
  [`GET ${passports} 200`]: () => ask('GET', `${deposits()}?page=0&n=${nonce()}`),
  [`GET ${passports} 400`]: () => ask('GET', `${deposits()}?page=0&n=short`),
  [`GET ${stream} 200`]: () => ask('GET', streamOf('cells=1&cadenceMs=100'), streamRequest()),
  [`GET ${stream} 400`]: () => ask('GET', streamOf('cells=65&cadenceMs=100'), streamRequest()),
  [`GET ${stream} 401`]: () => ask('GET', streamOf('cells=1&cadenceMs=100')),
  [`GET ${stream} 403`]: () => ask('GET', streamOf('cells=1&cadenceMs=100'), streamRequest(alphaTenant())),
  [`GET ${stream} 429`]: askStreamTooMany,
  'POST /retractions 204': () => ask('POST', '/retractions', bytes, randomBytes(64)),
  'POST /retractions 413': () => ask('POST', '/retractions', bytes, randomBytes(65 * 32)),
  'POST /retractions 415': () => ask('POST', '/retractions', jose, randomBytes(32)),
  'POST /retractions 422': () => ask('POST', '/retractions', bytes, randomBytes(33)),
  'GET /.well-known/private-token-issuer-directory 200': () =>
    ask('GET', '/.well-known/private-token-issuer-directory'),
  'POST /token-request 200 application/private-token-generic-batch-response': () => draw(200),
  'POST /token-request 200 application/private-token-response': () =>
    askTokens(encodeTokenRequest(blinded()), TOKEN_REQUEST_TYPE),
  'POST /token-request 206': () => askTokens(encodeBatchRequest([blinded(), wrong()])),
  'POST /token-request 400': () => askTokens(encodeBatchRequest([wrong()])),
  'POST /token-request 413': () => askTokens(new Uint8Array(16_385)),
  'POST /token-request 422': () => askTokens(encodeTokenRequest(wrong()), TOKEN_REQUEST_TYPE),
  'POST /token-request 401': () =>
    ask('POST', '/token-request', { 'content-type': 'application/private-token-request' }, randomBytes(10)),
  'POST /token-request 415': () => ask('POST', '/token-request', { 'content-type': 'text/html' }, 'x'),
  'POST /token-request 429': () => draw(429),
  'PUT /credentials 200': () => ask('PUT', '/credentials', jose, credential),
  'PUT /credentials 201': () => ask('PUT', '/credentials', jose, credential, lab.alpha.origin),
  'PUT /credentials 409': () => ask('PUT', '/credentials', jose, olderCredential()),
  'PUT /credentials 413': () => ask('PUT', '/credentials', jose, 'x'.repeat(65_537)),
  'PUT /credentials 415': () => ask('PUT', '/credentials', { 'content-type': 'text/html' }, credential),
  'PUT /credentials 422': () => ask('PUT', '/credentials', jose, 'no.jws.here'),
  'GET /credentials 200': () => ask('GET', '/credentials?since=0'),
  'GET /credentials 400': () => ask('GET', '/credentials?since=x'),
  'GET /prefixes/{prefix} 200': () => ask('GET', '/prefixes/1215500'),
  'GET /prefixes/{prefix} 400': () => ask('GET', '/prefixes/abc'),
  'POST /deposits 200': () => askBatch(batch()),
  'POST /deposits 400': () => askBatch(Uint8Array.of(0)),
  'POST /deposits 413': () => askBatch(new Uint8Array(2_000_000)),
  'POST /deposits 503': () => askBatch(batch(), undefined, full),
  'POST /deposits 415': () => askBatch(batch(), 'text/plain'),
  ...Object.fromEntries(atisDrivers('96', '/passports/{dest}/{orig}')),
  ...Object.fromEntries(atisDrivers('105', '/passports/{spc}/{dest}/{orig}')),
  'POST /republish/{dest}/{orig} 403': () => ask('POST', `/republish/${PARTIES.called}/${PARTIES.caller}`),
  'GET /certificates/{name} 404': () => ask('GET', '/certificates/nobody.pem'),
  'GET /certificates/{name} 200': () => ask('GET', '/certificates/bravo.pem'),
  'GET /health 200': () => ask('GET', '/health'),
  'GET /health/live 200': () => ask('GET', '/health/live'),
  'GET /health/ready 200': () => ask('GET', '/health/ready'),
};

/** What the server itself refuses, on every route: too long a head, too many requests, no room. */
const OF_SERVER = Object.entries(DOCUMENT.paths as Record<string, object>).flatMap(([path, operations]) =>
  METHODS.filter((method) => method in operations).flatMap((method): [string, () => Promise<Answer>][] => {
    const operation = `${method.toUpperCase()} ${path}`;
    const target = path.replace(/\{[^}]+\}/g, 'x');
    const media = target.startsWith('/passports/') ? ' application/problem+json' : '';
    const send = (headers: Record<string, string>, origin?: string) =>
      ask(method.toUpperCase(), target, headers, undefined, origin);
    const always: [string, () => Promise<Answer>][] = [
      [`${operation} 431`, () => send(LONG_HEAD)],
      [`${operation} 429${media}`, () => tooOften(() => send({}, strict))],
    ];
    if (target.startsWith('/health')) return always;
    return [...always, [`${operation} 503${media}`, () => send({}, crowded)]];
  }),
);

const RETRACT = `passport-retract: ${encodeBase64url(randomBytes(32))}\r\n`;
const LATE: [string, () => Promise<Answer>][] = [
  [`POST ${passports} 408`, () => askSlowly('POST', deposits(), SEALED, RETRACT)],
  ['POST /deposits 408', () => askSlowly('POST', '/deposits', BATCH)],
  ['POST /retractions 408', () => askSlowly('POST', '/retractions', bytes['content-type'])],
  ['POST /token-request 408', () => askSlowly('POST', '/token-request', TOKEN_REQUEST_TYPE)],
  ['PUT /credentials 408', () => askSlowly('PUT', '/credentials', jose['content-type'])],
];

/** The last of all: the process is about to end. */
const DRAINING: [string, () => Promise<Answer>][] = ['/health/ready', '/health'].map((path) => [
  `GET ${path} 503`,
  () => {
    nodes[0]!.environment.readiness.drain();
    return ask('GET', path);
  },
]);

const DRIVERS = [...Object.entries(OWN), ...OF_SERVER, ...LATE, ...DRAINING];

describe('docs/openapi-cps.json', () => {
  it('lists what is driven, and nothing else', () => {
    expect([...new Set(DRIVERS.map(([name]) => name))].sort()).toEqual([...LISTED.keys()].sort());
  });

  it.each(DRIVERS)('%s is what the server does', async (name, drive) => {
    const answer = await drive();
    const listed = LISTED.get(name)!;
    const [, , status, wanted] = name.split(' ');
    expect(`${answer.status} ${answer.body.toString('utf8', 0, 200)}`).toMatch(new RegExp(`^${status} `));
    const media = mediaOf(answer.headers);
    expect(media).toBe(wanted ?? Object.keys(listed.content ?? {})[0] ?? '');
    for (const [field, { required }] of Object.entries(listed.headers ?? {}))
      if (required) expect(answer.headers, field).toHaveProperty(field.toLowerCase());
    if (listed.content === undefined) expect(answer.body).toHaveLength(0);
    if (!media.endsWith('json') || media.includes('nd')) return;
    const document: unknown = JSON.parse(answer.body.toString());
    expect(Value.Check(resolved(listed.content![media]!.schema), document)).toBe(true);
  });

  it('lists whatever was answered meanwhile', () => {
    expect([...given].filter((name) => !LISTED.has(name))).toEqual([]);
    expect(given.size).toBe(LISTED.size);
  });

  it('says what is answered to another method, and where there is no such role', async () => {
    const answers = [
      await ask('DELETE', '/retractions'),
      await ask('DELETE', '/credentials'),
      await ask('PROPFIND', '/credentials'),
      await ask('POST', '/deposits', {}, undefined, lab.alpha.origin),
    ];
    expect(answers.map(({ status }) => status)).toEqual([405, 405, 501, 404]);
    expect(answers.map(({ headers }) => headers.allow)).toEqual(['POST', 'GET, PUT', undefined, undefined]);
    for (const { headers } of answers) expect(mediaOf(headers)).toBe('application/problem+json');
  });

  it.each([
    ['cps/face/{cps-face,deposit-*,retr*}.ts', /^(POST \/(deposits|retractions)|.*\/passports$)/],
    ['cps/face/stream-face.ts', /\/stream$/],
    ['cps/profiles/atis/{refusal,face/atis-face}.ts', /^\w+ \/(passports|republish)\//],
    ['issuer/face/issuer-face.ts', /\/(token-request|private-token-issuer-directory)$/],
    ['directory/face/directory-face.ts', /\/(credentials|prefixes\/.*)$/],
    ['http/{request-gate,problem}.ts', /./],
  ])('lists each status that stands in %s', (files, operations) => {
    const code = globSync(files, { cwd: SOURCE })
      .filter((file) => !file.endsWith('.test.ts'))
      .map((file) => readFileSync(SOURCE + file, 'utf8'))
      .join();
    const called =
      /(?:[pP]roblem|refusal|faultOf)\((?:response, )?(\d{3})|status: (\d{3})|\b(unauthorized)\(/g;
    const stands = [...code.matchAll(called)].map(([, one, other]) => one ?? other ?? '401');
    const listed = [...LISTED.keys()].map((name) => name.split(' '));
    const statuses = listed
      .filter(([method, path]) => operations.test(`${method} ${path}`))
      .map(([, , status]) => status);
    expect(stands.length).toBeGreaterThan(1);
    expect([...new Set(stands)].filter((one) => !EVERYWHERE.has(one) && !statuses.includes(one))).toEqual([]);
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
function resolved<T = object>(one: object & { $ref?: string }): T {
  const [kind, name] = one.$ref?.split('/').slice(-2) ?? [];
  return kind === undefined ? (one as T) : DOCUMENT.components[kind][name!];
}
