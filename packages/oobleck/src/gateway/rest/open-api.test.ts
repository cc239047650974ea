// The OpenAPI document is what the REST interface does: every status that it lists for a resource, with every error id, is driven
// over HTTP, and whatever is asked, nothing comes back that it does not list.

import { createHash } from 'node:crypto';
import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { createPortableCrypto } from '@oobleck/stir/crypto';
import { formatIdentity } from '@oobleck/stir/identity';
import { createPassportSigner, parsePassport } from '@oobleck/stir/passport';
import { notVerified, type Verdict, verifiedBy } from '@oobleck/stir/verdict';
import fc from 'fast-check';
import Value from 'typebox/value';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NOW, tn } from '../../../test/network.ts';
import type { AuthenticationService } from '../../authentication/index.ts';
import { createHttpServer, type HttpServer, type HttpServerOptions } from '../../http/index.ts';
import { createEventLog } from '../../operate/index.ts';
import type { VerificationService } from '../../verification/index.ts';
import { createCallPath, createTrunk, createTrunkTable } from '../trunk/index.ts';
import { createAccess, createRestFace, OPEN_API } from './index.ts';

interface Response {
  readonly description: string;
  readonly headers?: Readonly<Record<string, { readonly required?: boolean }>>;
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}
interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}
interface Ask {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** Sent as it is, or as JSON. */
  readonly body?: unknown;
  /** Whether the body is announced by its length; else it comes in chunks. */
  readonly isAnnounced?: boolean;
  readonly server?: HttpServer;
}

const KEY = 'a-key-of-the-tenant-home';
const X5U = 'https://cr.example/a.pem';
const [CALLER, CALLED, FORWARDED] = [tn('12155551212'), tn('12155551213'), tn('12155551299')];
const signer = createPassportSigner(createPortableCrypto().generateSigningKey(), X5U);
const call = { originator: CALLER, destinations: [CALLED], issuedAt: NOW };
const shaken = signer.signShaken(call, {
  attestation: 'A',
  originationId: '00000000-0000-4000-8000-000000000000',
});
const IDENTITY = formatIdentity({ token: shaken, info: X5U, algorithm: 'ES256', ppt: 'shaken' });
const found = parsePassport(shaken);
const parties = {
  originator: found.originator,
  destinations: found.destinations,
  issuedAt: NOW,
};
const rph = parsePassport(signer.sign({ ...parties, extension: 'rph', priority: { authorized: ['ets.0'] } }));
const div = parsePassport(
  signer.sign({
    ...parties,
    extension: 'div',
    destinations: { numbers: [FORWARDED], uris: [] },
    diversion: { from: { kind: 'tn', number: CALLED } },
  }),
);

let authenticate: AuthenticationService['authenticate'];
let verdict: Verdict;
const authentication: AuthenticationService = {
  authenticate: (placed) => authenticate(placed),
  carry: () => Promise.reject(new Error('not asked here')),
  divert: async () => ({ diverted: true, outOfBand: 'stored', identities: [IDENTITY, `${IDENTITY};more`] }),
  retract: () => undefined,
  close: async () => undefined,
};
const verification: VerificationService = { verify: () => verdict };
const signed = () => ({ signed: true, passport: shaken, identity: IDENTITY, outOfBand: 'stored' }) as const;

const servers: HttpServer[] = [];
const agent = new Agent({ keepAlive: true });

interface Serving {
  readonly http?: Partial<HttpServerOptions>;
  readonly runs?: boolean;
  /** Something nobody foresaw, in who may ask. */
  readonly isBroken?: boolean;
}

async function serve({ http = {}, runs = true, isBroken = false }: Serving = {}): Promise<HttpServer> {
  const now = () => NOW * 1000;
  const trunk = createTrunk({ name: 'east', tenant: 'home', incoming: 'restore', deadlineMs: 60 });
  const access = createAccess({
    isOpen: true,
    bearerKeys: [{ tenant: 'home', sha256: createHash('sha256').update(KEY).digest('hex') }],
  });
  const hot = createRestFace({
    path: createCallPath({
      authentication,
      verification,
      now,
      elapsed: () => performance.now(),
      schedule: (action, delayMs) => {
        const timer = setTimeout(action, delayMs);
        return () => clearTimeout(timer);
      },
    }),
    trunks: createTrunkTable([trunk], () => trunk),
    isSigning: runs,
    isVerifying: runs,
    access(asking) {
      if (isBroken) throw new Error('not foreseen');
      return access(asking);
    },
    now,
  });
  const log = createEventLog({ level: 'silent' });
  const options = { host: '127.0.0.1', port: 0, log, hot, allowPlainHttp: true };
  const server = await createHttpServer({ ...options, ...http });
  servers.push(server);
  return server;
}

let open: HttpServer;
beforeAll(async () => {
  open = await serve();
});
afterAll(async () => {
  agent.destroy();
  for (const server of servers) await server.close(100);
});

function ask({ method = 'POST', path = '/', headers = {}, body, isAnnounced = true, server = open }: Ask) {
  const bytes =
    body === undefined ? undefined : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const length = bytes === undefined || !isAnnounced ? {} : { 'content-length': String(bytes.length) };
  const type = bytes === undefined ? {} : { 'content-type': 'application/json' };
  const all = { authorization: `Bearer ${KEY}`, ...type, ...length, ...headers };
  const fields = Object.fromEntries(Object.entries(all).filter((one) => one[1] !== undefined));
  return new Promise<Answer>((resolve, reject) => {
    const options = { method, headers: fields as Record<string, string>, agent };
    const asking = request(server.origin + path, options, (response) => {
      const chunks: Uint8Array[] = [];
      response
        .on('data', (chunk: Uint8Array) => chunks.push(chunk))
        .on('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
        });
    });
    asking.on('error', reject);
    if (bytes !== undefined) asking.write(bytes);
    if (bytes === undefined || headers['content-length'] === undefined) asking.end();
    else asking.flushHeaders(); // more was announced than comes
  });
}

const SIGNING = '/stir/v1/signing';
const VERIFICATION = '/stir/v1/verification';
const RETRACTION = '/stir/v1/retraction';
const TRACES = '/stir/v1/traces/{id}';
const DOCUMENT = '/stir/v1/openapi.json';

const placed = {
  attest: 'A',
  orig: { tn: CALLER },
  dest: { tn: [CALLED] },
  iat: NOW,
  origid: '00000000-0000-4000-8000-000000000000',
};
const arrived = { from: { tn: CALLER }, to: { tn: [CALLED] }, time: NOW };
const arrived3gpp = { from: CALLER, to: CALLED, time: NOW };
const BODIES: Readonly<
  Record<string, { readonly good: object; readonly lacking: object; readonly wrong: object }>
> = {
  [SIGNING]: {
    good: { signingRequest: placed },
    lacking: { signingRequest: { ...placed, orig: undefined } },
    wrong: { signingRequest: { ...placed, attest: 'D' } },
  },
  [VERIFICATION]: {
    good: { verificationRequest: arrived },
    lacking: { verificationRequest: { ...arrived, to: undefined } },
    wrong: { verificationRequest: { ...arrived, time: 'now' } },
  },
  [RETRACTION]: {
    good: { retractionRequest: { callId: 'a', orig: { tn: CALLER }, dest: { tn: [CALLED] } } },
    lacking: { retractionRequest: { orig: { tn: CALLER }, dest: { tn: [CALLED] } } },
    wrong: { retractionRequest: { callId: 'a', orig: { tn: CALLER }, dest: { tn: ['x'] } } },
  },
};

let calls = 0;
/** A call of its own, so that nothing is answered from memory. */
const fresh = (more: object = {}) => ({ ...placed, callId: `call-${calls++}`, ...more });
const ofServer = async (more: Serving, asked: Ask): Promise<Answer> => {
  const server = await serve(more);
  return ask({ ...asked, server });
};
async function twice(asked: Ask): Promise<Answer> {
  const server = await serve({ http: { limits: { maxRequestsPerSecondPerAddress: 1 } } });
  await ask({ ...asked, server });
  return ask({ ...asked, server });
}
/** Bytes of HTTP/1.1 as they are, and what comes back until the connection ends. */
function raw(server: HttpServer, text: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    const socket = connect(server.port, '127.0.0.1', () => socket.write(text));
    socket
      .on('data', (chunk: Uint8Array) => chunks.push(chunk))
      .on('error', reject)
      .on('close', () => {
        const [head = '', body = ''] = Buffer.concat(chunks).toString().split('\r\n\r\n');
        const [line = '', ...fields] = head.split('\r\n');
        const headers = fields.map((one) => /^([^:]*): (.*)$/.exec(one)!.slice(1, 3));
        const named = headers.map(([name, value]) => [name!.toLowerCase(), value!]);
        // The one answer in chunks has none but the last.
        const all = body === '0' ? '' : body;
        resolve({ status: Number(line.split(' ')[1]), headers: Object.fromEntries(named), body: all });
      });
  });
}
const lateHead = (line: string) => async (): Promise<Answer> =>
  raw(await serve({ http: { limits: { headerTimeoutMs: 100 } } }), line);
const many = Object.fromEntries(Array.from({ length: 70 }, (_, at) => [`x-${at}`, 'x']));

/** What a resource answers whoever may not ask it, or not so. */
function drivers(method: string, path: string, good: Ask): [string, () => Promise<Answer>][] {
  const asked = { ...good, method, path: path.replace('{id}', 'a') };
  const name = `${method} ${path}`;
  const line = `${method} ${asked.path} HTTP/1.1\r\n`;
  return [
    [`${name} 400`, () => raw(open, `${line}Host: localhost\r\nContent-Length: x\r\n\r\n`)],
    [`${name} 400 nobody named`, () => raw(open, `${line}Connection: close\r\n\r\n`)],
    [`${name} 408`, lateHead(line)],
    [`${name} 417`, () => ask({ ...asked, headers: { expect: 'a-wonder' } })],
    [`${name} 401`, () => ask({ ...asked, headers: { authorization: undefined } })],
    [`${name} 403`, () => ask({ ...asked, headers: { origin: 'https://page.example' } })],
    [`${name} 405 POL4050`, () => ask({ ...asked, method: 'PUT' })],
    [`${name} 429`, () => twice(asked)],
    [`${name} 431`, () => ask({ ...asked, headers: many })],
    [`${name} 500 POL5000`, () => ofServer({ isBroken: true }, asked)],
    [`${name} 501`, () => ask({ ...asked, method: 'PURGE' })],
    [`${name} 503`, () => ofServer({ http: { isOverloaded: () => true } }, asked)],
  ];
}

function postDrivers(path: string, success: number): [string, () => Promise<Answer>][] {
  const { good, lacking, wrong } = BODIES[path]!;
  const name = `POST ${path}`;
  const slow = { limits: { responseTimeoutMs: 200 } };
  return [
    ...drivers('POST', path, { body: good }),
    [`${name} ${success}`, () => ask({ path, body: good })],
    [`${name} 400 SVC4000`, () => ask({ path, body: '' })],
    [`${name} 400 SVC4001`, () => ask({ path, body: lacking })],
    [`${name} 400 SVC4005`, () => ask({ path, body: wrong })],
    [`${name} 400 SVC4006`, () => ask({ path, body: '{' })],
    [`${name} 404 SVC4003`, () => ofServer({ runs: false }, { path, body: good })],
    [`${name} 406 SVC4002`, () => ask({ path, body: good, headers: { accept: 'text/html' } })],
    [
      `${name} 408 the body`,
      () => ofServer({ http: slow }, { path, body: '{', headers: { 'content-length': '9' } }),
    ],
    [`${name} 411 SVC4007`, () => ask({ path, body: good, isAnnounced: false })],
    [`${name} 413`, () => ask({ path, body: 'x'.repeat(65_537) })],
    [`${name} 415 SVC4004`, () => ask({ path, body: good, headers: { 'content-type': 'text/plain' } })],
  ];
}

const DRIVERS = new Map<string, () => Promise<Answer>>([
  ...postDrivers(SIGNING, 200),
  ...postDrivers(VERIFICATION, 200),
  ...postDrivers(RETRACTION, 204),
  ...drivers('GET', TRACES, {}),
  [`GET ${TRACES} 200`, () => ask({ method: 'GET', path: '/stir/v1/traces/a' })],
  [`GET ${TRACES} 404 SVC4003`, () => ask({ method: 'GET', path: '/stir/v1/traces/%zz' })],
  ...drivers('GET', DOCUMENT, {}),
  [`GET ${DOCUMENT} 200`, () => ask({ method: 'GET', path: DOCUMENT })],
]);

/** `POST /stir/v1/signing 400` and what it promises. The call centre's are tested beside its routes. */
const LISTED = new Map<string, Response>(
  Object.entries(OPEN_API.paths as Record<string, Record<string, { responses: Record<string, Response> }>>)
    .filter(([path]) => path.startsWith('/stir/'))
    .flatMap(([path, operations]) =>
      Object.entries(operations).flatMap(([method, { responses }]) =>
        Object.entries(responses).map(
          ([status, response]) => [`${method.toUpperCase()} ${path} ${status}`, response] as const,
        ),
      ),
    ),
);
/** With each of their error ids: `POST /stir/v1/signing 400 SVC4000`. */
const LISTED_WITH_IDS = [...LISTED].flatMap(([name, { description, content = {} }]) => {
  const ids = JSON.stringify(content).match(/(?:SVC|POL)[0-9]{4}/g) ?? [];
  expect(description.match(/(?:SVC|POL)[0-9]{4}/g) ?? []).toEqual(ids);
  const isWithoutId = content['application/json'] === undefined || 'application/problem+json' in content;
  return [...(isWithoutId || ids.length === 0 ? [name] : []), ...ids.map((id) => `${name} ${id}`)];
});

/** A schema with what it points at in its place. */
function resolved(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(resolved);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { $ref } = schema as { $ref?: string };
  if ($ref !== undefined)
    return resolved((OPEN_API.components.schemas as Record<string, unknown>)[$ref.split('/').at(-1)!]);
  return Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, resolved(value)]));
}

/** Where a description says that there may be no body. */
const SILENT = /without a body/;

/** Whether an answer is what is listed under this name. */
function expectListed(name: string, { headers, body }: Answer): void {
  const listed = LISTED.get(name);
  expect(listed, name).toBeDefined();
  const media = (headers['content-type'] ?? '').split(';')[0]!;
  const isSaid = media !== '' || (listed!.content !== undefined && !SILENT.test(listed!.description));
  if (isSaid) expect(Object.keys(listed!.content ?? {}), name).toContain(media);
  for (const [field, { required }] of Object.entries(listed!.headers ?? {}))
    if (required) expect(headers, name).toHaveProperty(field.toLowerCase());
  if (media === '') expect(body).toBe('');
  else
    expect(Value.Check(resolved(listed!.content![media]!.schema) as object, JSON.parse(body)), name).toBe(
      true,
    );
}

describe('the OpenAPI document of the REST interface', () => {
  it('lists what is driven, and nothing else', () => {
    const driven = [...DRIVERS.keys()].filter((name) => !/(nobody named|the body)$/.test(name));
    expect(driven.sort()).toEqual(LISTED_WITH_IDS.sort());
  });

  it.each([...DRIVERS.keys()])('%s is what the server does', async (name) => {
    authenticate = signed;
    verdict = notVerified('no-passport', 'out-of-band');
    const [, operation, status, id] = /^(.*) ([0-9]{3})(?: (.*))?$/.exec(name)!;
    const answer = await DRIVERS.get(name)!();
    expect(`${answer.status} ${answer.body.slice(0, 200)}`).toMatch(new RegExp(`^${status} `));
    expectListed(`${operation} ${status}`, answer);
    if (id === undefined || !/^[A-Z]{3}[0-9]{4}$/.test(id)) return;
    const { serviceException, policyException } = JSON.parse(answer.body).requestError;
    expect((serviceException ?? policyException).messageId).toBe(id);
  });

  it('tells the schemas of answers so that another would not fit', () => {
    const schema = resolved(
      LISTED.get(`POST ${SIGNING} 400`)!.content!['application/json']!.schema,
    ) as object;
    const error = (messageId: string, kind = 'serviceException') => ({
      requestError: { [kind]: { messageId, text: 't', variables: [] } },
    });
    expect(Value.Check(schema, error('SVC4001'))).toBe(true);
    for (const other of [error('SVC4002'), error('SVC4001', 'policyException'), {}])
      expect(Value.Check(schema, other)).toBe(false);
  });
});

describe('answers in the forms of both documents', () => {
  const diverted = { div: { tn: CALLED }, dest: { tn: [FORWARDED] }, identityHeader: IDENTITY };
  it.each<[string, string, string, () => object]>([
    ['ATIS-1000082', SIGNING, 'identity', () => ({ signingRequest: fresh() })],
    ['3GPP', SIGNING, 'requestId', () => fresh({ requestId: 'r' })],
    ['ATIS-1000082, several diversions', SIGNING, 'identities', () => ({ signingRequest: fresh(diverted) })],
    ['3GPP, several diversions', SIGNING, 'identityHeaders', () => fresh(diverted)],
    [
      'ATIS-1000082',
      VERIFICATION,
      'identities',
      () => ({ verificationRequest: { ...arrived, callId: `v-${calls++}` } }),
    ],
    ['3GPP', VERIFICATION, 'identityHeaders', () => ({ ...arrived3gpp, callId: `v-${calls++}` })],
  ])('%s: %s, with %s', async (_, path, member, bodyOf) => {
    authenticate = signed;
    const verdicts = [
      notVerified('stale', 'in-band'),
      verifiedBy({ passport: found, authority: 'provider', channel: 'out-of-band' }),
      verifiedBy({ passport: found, authority: 'provider', channel: 'out-of-band', diversions: [div] }, [
        { passport: rph, authority: 'number', channel: 'out-of-band', diversions: [div] },
      ]),
    ];
    const shapes = new Set<string>();
    for (const one of verdicts) {
      verdict = one;
      const answer = await ask({ path, body: bodyOf() });
      expect(answer.status).toBe(200);
      expectListed(`POST ${path} 200`, answer);
      shapes.add(membersOf(JSON.parse(answer.body)).join());
    }
    const documented = resolved(LISTED.get(`POST ${path} 200`)!.content!['application/json']!.schema);
    const known = namesIn(documented);
    for (const shape of shapes) for (const member of shape.split(',')) expect(known).toContain(member);
    expect([...shapes].join()).toContain(member);
  });

  it('nothing signed within the deadline: POL5000', async () => {
    authenticate = () => new Promise(() => undefined);
    const answer = await ask({ path: SIGNING, body: { signingRequest: fresh() } });
    expect([answer.status, JSON.parse(answer.body).requestError.policyException.messageId]).toEqual([
      500,
      'POL5000',
    ]);
    expectListed(`POST ${SIGNING} 500`, answer);
  });
});

/** Names of members, but those of claims. */
function membersOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return [...new Set(value.flatMap(membersOf))];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === 'validClaims' ? [name] : [name, ...membersOf(inner)],
  );
}

function namesIn(schema: unknown): readonly string[] {
  if (Array.isArray(schema)) return schema.flatMap(namesIn);
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties = {} } = schema as { properties?: object };
  return [
    ...Object.keys(properties),
    ...Object.values(schema).flatMap(namesIn),
    ...Object.values(properties).flatMap(namesIn),
  ];
}

describe('whatever is asked', () => {
  const bodies = Object.values(BODIES).flatMap(({ good, lacking, wrong }) => [good, lacking, wrong]);
  const asked = fc.record({
    method: fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PURGE'),
    path: fc.constantFrom(SIGNING, VERIFICATION, RETRACTION, TRACES, DOCUMENT),
    id: fc.constantFrom('a', '%zz', '%00', encodeURIComponent('ä/?#'), 'x'.repeat(300)),
    query: fc.constantFrom('', '?', '?trunk=east'),
    body: fc.oneof(
      fc.constantFrom<unknown>(undefined, '', '{', '[]', 'null', 'x'.repeat(70_000), ...bodies),
      fc.json(),
    ),
    isAnnounced: fc.boolean(),
    headers: fc.record(
      {
        authorization: fc.constantFrom(undefined, 'Bearer x', `bearer ${KEY}`, 'Basic a'),
        origin: fc.constantFrom('null', 'https://page.example'),
        host: fc.constantFrom('localhost', 'elsewhere.example'),
        accept: fc.constantFrom('*/*', 'text/html', 'application/json;q=0'),
        'content-type': fc.constantFrom(undefined, 'text/plain', 'application/json; charset=utf-8'),
        'x-requestid': fc.constantFrom('an id', 'r'.repeat(200), 'r'),
        expect: fc.constantFrom('100-continue', 'a-wonder'),
        'x-instanceid': fc.constantFrom('i', '\u00e9'),
      },
      { requiredKeys: [] },
    ),
  });

  it('nothing comes back that is not listed', async () => {
    authenticate = signed;
    verdict = notVerified('no-passport', 'out-of-band');
    await fc.assert(
      fc.asyncProperty(asked, async ({ id, query, path, ...more }) => {
        const answer = await ask({ ...more, path: path.replace('{id}', id) + query });
        const [operation] = Object.keys((OPEN_API.paths as Record<string, object>)[path]!);
        const name = `${operation!.toUpperCase()} ${path} ${answer.status}`;
        expect([...LISTED.keys()]).toContain(name);
        if (more.method !== 'HEAD') expectListed(name, answer);
      }),
      { numRuns: 400 },
    );
  });
});
