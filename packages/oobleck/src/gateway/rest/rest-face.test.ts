import { createHash } from 'node:crypto';
import { connect as connectTcp } from 'node:net';
import type { ArrivedCall, PlacedCall } from '@oobleck/stir/call';
import { notVerified, REASONS, type Reason, type Verdict } from '@oobleck/stir/verdict';
import fc from 'fast-check';
import { Client } from 'undici';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { NOW } from '../../../test/network.ts';
import type { AuthenticationOutcome, AuthenticationService, CallName } from '../../authentication/index.ts';
import { createHttpServer, type HttpServer } from '../../http/index.ts';
import { createTlsAuthority, type TlsAuthority, type TlsIdentity } from '../../lab/pki.ts';
import { createEventLog } from '../../operate/index.ts';
import type { VerificationService } from '../../verification/index.ts';
import { createCallPath, createTrunk, createTrunkTable, type Trunk } from '../trunk/index.ts';
import { type AccessOptions, createAccess, createRestFace, OPEN_API, type ReasonCodes } from './index.ts';

let signed: PlacedCall[] = [];
let verified: { call: ArrivedCall; identities: readonly string[] }[] = [];
let outcome: AuthenticationOutcome | Error;
let verdict: Verdict | Error;
let retracted: CallName[] = [];
let logged: string[] = [];
const log = createEventLog({ level: 'warn', destination: { write: (line) => void logged.push(line) } });
const closers: (() => Promise<unknown>)[] = [];

// The services behind the gateway are its ports; what they answer is set by each test.
const authentication: AuthenticationService = {
  async authenticate(call) {
    signed.push(call);
    if (outcome instanceof Error) throw outcome;
    return outcome;
  },
  carry: () => Promise.reject(new Error('not asked here')),
  divert: () => Promise.reject(new Error('not asked here')),
  retract: (call) => void retracted.push(call),
  close: async () => {},
};
const verification: VerificationService = {
  async verify(call, identities) {
    verified.push({ call, identities });
    if (verdict instanceof Error) throw verdict;
    return verdict;
  },
};

interface Serving {
  readonly access?: AccessOptions;
  readonly tls?: TlsIdentity & { readonly clientCa?: string };
  readonly isSigning?: boolean;
  readonly trunks?: readonly Trunk[];
  readonly reasonCodes?: ReasonCodes;
}

const numbers = { dialPlan: { countryCode: '1', nationalDigits: 10 } };

async function serve({
  access,
  tls,
  isSigning = true,
  trunks = [],
  reasonCodes,
}: Serving = {}): Promise<HttpServer> {
  const now = () => NOW * 1000 + 500;
  const path = createCallPath({
    ...(isSigning ? { authentication } : {}),
    verification,
    now,
    elapsed: () => performance.now(),
    schedule: (action, delayMs) => {
      const timer = setTimeout(action, delayMs);
      return () => clearTimeout(timer);
    },
    onEvent(event) {
      if (event.event === 'call-path-failed') log.error('call-path-failed', { error: event.error });
    },
  });
  const face = createRestFace({
    path,
    trunks: createTrunkTable(trunks, (tenant) => createTrunk({ name: 'default', tenant, numbers })),
    isSigning,
    isVerifying: true,
    access: createAccess(access ?? { isOpen: true, defaultTenant: 'home' }),
    now,
    reasonCodes,
  });
  const options = { host: '127.0.0.1', port: 0, log, hot: face };
  const server = await createHttpServer(
    tls === undefined ? { ...options, allowPlainHttp: true } : { ...options, tls },
  );
  closers.push(() => server.close(200));
  return server;
}

let open: HttpServer;
let client: Client;

beforeAll(async () => {
  open = await serve();
  client = new Client(open.origin);
});
afterAll(async () => {
  await client.destroy();
  for (const close of closers) await close();
});
beforeEach(() => {
  outcome = { signed: true, passport: 'p', identity: 'the Identity', outOfBand: 'stored' };
  verdict = notVerified('no-passport', 'out-of-band');
});
afterEach(() => {
  signed = [];
  verified = [];
  retracted = [];
  logged = [];
});

const signing = {
  attest: 'A',
  dest: { tn: ['+1 (215) 555-1213'.replace(/ /g, '')] },
  iat: NOW,
  orig: { tn: '12155551212' },
  origid: '00000000-0000-4000-8000-000000000000',
};
const arriving = {
  from: { tn: '12155551212' },
  to: { tn: ['12155551213'] },
  time: NOW,
  identity: 'an Identity',
};
const SIGNING = '/stir/v1/signing';
const VERIFICATION = '/stir/v1/verification';

interface Ask {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string | undefined>;
  readonly body?: unknown;
  readonly client?: Client;
}

async function ask({ method = 'POST', path = SIGNING, headers = {}, body, client: by = client }: Ask) {
  const isRaw = body === undefined || typeof body === 'string' || body instanceof Uint8Array;
  const fields = { 'content-type': 'application/json', ...headers };
  const reply = await by.request({
    method: method as 'POST',
    path,
    headers: Object.fromEntries(Object.entries(fields).filter((one) => one[1] !== undefined)) as Record<
      string,
      string
    >,
    body: isRaw ? (body ?? null) : JSON.stringify(body),
  });
  const answer = await reply.body.text();
  const type = String(reply.headers['content-type'] ?? '').split(';')[0];
  const json = answer === '' ? undefined : JSON.parse(answer);
  const error = json?.requestError?.serviceException ?? json?.requestError?.policyException;
  return { status: reply.statusCode, headers: reply.headers, type, json, error, id: error?.messageId };
}

const sign = (change: Record<string, unknown> = {}, more: Ask = {}) =>
  ask({ body: { signingRequest: { ...signing, ...change } }, ...more });
const verify = (change: Record<string, unknown> = {}, more: Ask = {}) =>
  ask({ path: VERIFICATION, body: { verificationRequest: { ...arriving, ...change } }, ...more });

describe('signing', () => {
  it('hands the call on in canonical form and gives the Identity back', async () => {
    const reply = await sign({ orig: { tn: '215-555-1212' }, callId: 'abc@switch' });
    expect([reply.status, reply.type, reply.json]).toEqual([
      200,
      'application/json',
      { signingResponse: { identity: 'the Identity' } },
    ]);
    expect(signed).toEqual([
      {
        tenant: 'home',
        callId: 'abc@switch',
        originator: '12155551212',
        destinations: ['12155551213'],
        placedAt: NOW,
        shaken: { attestation: 'A', originationId: signing.origid },
      },
    ]);
  });

  it.each(['orig', 'attest', 'dest', 'iat', 'origid'])('without %s: SVC4001 that names it', async (name) => {
    for (const value of [undefined, null]) {
      const reply = await sign({ [name]: value });
      expect(reply.error).toEqual({
        messageId: 'SVC4001',
        text: "Missing mandatory parameter '%1'",
        variables: [name],
      });
      expect(reply.status).toBe(400);
    }
    expect(signed).toEqual([]);
  });

  const wrong: [string, unknown][] = [
    ...['D', 'a', '', 1, true, ['A'], { a: 1 }].map((value): [string, unknown] => ['attest', value]),
    ...[
      '',
      1,
      [],
      '12155551213',
      { tn: [] },
      { tn: '12155551213' },
      { tn: [''] },
      { tn: ['x'] },
      { tn: [1] },
      { tn: [null] },
      { tn: Array(17).fill('12155551213') },
      { tn: ['1'.repeat(16)] },
      { tn: ['1'.repeat(33)] },
      { tn: ['sip:1@x'] },
    ].map((value): [string, unknown] => ['dest', value]),
    ...['now', -1, 1.5, 1e300, NOW - 61, NOW + 61, [NOW], String(NOW)].map((value): [string, unknown] => [
      'iat',
      value,
    ]),
    ...[
      '',
      [],
      '12155551212',
      { tn: 1 },
      { tn: '' },
      { tn: 'alice' },
      { tn: ['12155551212'] },
      { tn: '1\u00002' },
      { tn: '++' },
    ].map((value): [string, unknown] => ['orig', value]),
    ...['', 1, 'x', '00000000-0000-4000-8000-00000000000', {}].map((value): [string, unknown] => [
      'origid',
      value,
    ]),
    ...[1, '', 'with blank', 'é', 'x'.repeat(257), {}, []].map((value): [string, unknown] => [
      'callId',
      value,
    ]),
  ];
  it.each(wrong)('%s = %j: SVC4005 that names it and quotes nothing', async (name, value) => {
    const reply = await sign({ [name]: value });
    expect(reply.error).toEqual({
      messageId: 'SVC4005',
      text: "Invalid value of parameter '%1'",
      variables: [name],
    });
    expect([reply.status, reply.type]).toEqual([400, 'application/json']);
    expect([signed, logged]).toEqual([[], []]);
  });

  it.each<[string, unknown]>([
    ['orig', {}],
    ['dest', {}],
  ])('%s without a number: SVC4001', async (name, value) => {
    const reply = await sign({ [name]: value });
    expect([reply.status, reply.id, reply.error.variables]).toEqual([400, 'SVC4001', ['tn']]);
  });

  it('clocks may differ by a minute', async () => {
    for (const iat of [NOW - 60, NOW + 60]) expect((await sign({ iat })).status).toBe(200);
  });

  it.each([
    ['no-authority', 'orig'],
    ['number-not-allowed', 'orig'],
    ['attestation-too-high', 'attest'],
  ] as const)('a call that is not signed, %s: SVC4005 %s', async (reason, name) => {
    outcome = { signed: false, reason };
    const reply = await sign();
    expect([reply.status, reply.id, reply.error.variables]).toEqual([400, 'SVC4005', [name]]);
  });
});

describe('a trunk whose calls REST has no place for', () => {
  it.each([{ encryptIdentity: true }, { outgoing: 'carry' as const }])(
    '%j: refused before anything is signed',
    async (more) => {
      const server = await serve({
        trunks: [createTrunk({ name: 'sealed', tenant: 'home', numbers, ...more })],
      });
      const own = new Client(server.origin);
      for (const trunk of ['sealed', undefined]) {
        const reply = await sign({ trunk }, { client: own });
        expect([reply.status, reply.error]).toMatchObject([
          400,
          { messageId: 'SVC4005', variables: ['trunk'] },
        ]);
      }
      expect(signed).toEqual([]);
      await own.destroy();
    },
  );
});

describe('verification', () => {
  it('hands the call on and gives the verdict back', async () => {
    verdict = { status: 'verified', verstat: 'TN-Validation-Passed', reason: 'verified' };
    const reply = await verify({ callId: 'abc', formerlyCalled: { tn: ['2155551299'] } });
    expect([reply.status, reply.json]).toEqual([
      200,
      { verificationResponse: { verstat: 'TN-Validation-Passed' } },
    ]);
    expect(verified).toEqual([
      {
        call: {
          tenant: 'home',
          callId: 'abc',
          caller: '12155551212',
          called: ['12155551213'],
          formerlyCalled: ['12155551299'],
          arrivedAt: NOW,
          sentAt: NOW,
        },
        identities: ['an Identity'],
      },
    ]);
  });

  it('without identity, or with an empty one, the call is looked for out of band', async () => {
    for (const identity of [undefined, ''])
      expect((await verify({ identity })).json.verificationResponse.verstat).toBe('No-TN-Validation');
    expect(verified.map(({ identities }) => identities)).toEqual([[], []]);
  });

  it('a caller without a number is no error', async () => {
    expect((await verify({ from: { uri: 'sip:anonymous@anonymous.invalid' } })).status).toBe(200);
    expect(verified[0]!.call).not.toHaveProperty('caller');
  });

  it.each(REASONS.filter((reason) => reason !== 'verified'))(
    '%s has a code, a phrase and a text',
    async (reason) => {
      for (const channel of ['in-band', 'out-of-band'] as const) {
        verdict = notVerified(reason as Exclude<Reason, 'verified'>, channel);
        const { status, json } = await verify();
        expect(status).toBe(200);
        expect(json.verificationResponse).toEqual({
          verstat: verdict.verstat,
          reasoncode: expect.any(Number),
          reasontext: expect.stringMatching(/^[A-Z]/),
          reasondesc: expect.stringMatching(new RegExp(`^${reason}: `)),
        });
        expect([403, 428, 436, 437, 438]).toContain(json.verificationResponse.reasoncode);
      }
    },
  );

  it.each(['from', 'to', 'time'])('without %s: SVC4001 that names it', async (name) => {
    const reply = await verify({ [name]: undefined });
    expect([reply.status, reply.id, reply.error.variables]).toEqual([400, 'SVC4001', [name]]);
  });

  it('a caller whose number is none: SVC4005 that names it', async () => {
    for (const number of ['alice', '', 5, '1'.repeat(33)]) {
      const reply = await verify({ from: { tn: number } });
      expect([reply.status, reply.id, reply.error.variables]).toEqual([400, 'SVC4005', ['from']]);
    }
  });

  it('a body that asks nothing: SVC4001 that names the request', async () => {
    const reply = await ask({ path: '/stir/v1/verification', body: { other: 1 } });
    expect([reply.status, reply.id, reply.error.variables]).toEqual([
      400,
      'SVC4001',
      ['verificationRequest'],
    ]);
  });

  it('a caller with neither number nor URI: SVC4001', async () => {
    const reply = await verify({ from: {} });
    expect([reply.status, reply.id, reply.error.variables]).toEqual([400, 'SVC4001', ['tn']]);
  });

  it.each<[string, unknown]>([
    ['from', '12155551212'],
    ['from', { tn: 1 }],
    ['from', { tn: null }],
    ['from', { tn: 'alice' }],
    ['to', { tn: [] }],
    ['to', ['12155551213']],
    ['to', { tn: ['12155551213', 'x'] }],
    ['time', 'now'],
    ['time', -1],
    ['identity', 5],
    ['identity', ['x']],
    ['identity', {}],
    ['formerlyCalled', {}],
    ['formerlyCalled', { tn: ['x'] }],
    ['formerlyCalled', null],
    ['callId', 5],
  ])('%s = %j: an error id, never a 500', async (name, value) => {
    const reply = await verify({ [name]: value });
    expect([reply.status, reply.type]).toEqual([400, 'application/json']);
    expect(['SVC4001', 'SVC4005']).toContain(reply.id);
    expect([verified, logged]).toEqual([[], []]);
  });
});

describe('framing', () => {
  const body = { signingRequest: signing };
  const rows: [string, Ask, number, string][] = [
    ['another type', { body, headers: { 'content-type': 'text/plain' } }, 415, 'SVC4004'],
    ['no type', { body, headers: { 'content-type': undefined } }, 415, 'SVC4004'],
    ['a type that is none', { body, headers: { 'content-type': ';;' } }, 415, 'SVC4004'],
    ['an answer nobody has', { body, headers: { accept: 'text/html' } }, 406, 'SVC4002'],
    ['an empty body', { body: '' }, 400, 'SVC4000'],
    ['no JSON', { body: '{' }, 400, 'SVC4006'],
    ['a list', { body: '[]' }, 400, 'SVC4006'],
    ['a number', { body: '1' }, 400, 'SVC4006'],
    [
      'bytes that are no UTF-8',
      { body: Buffer.from('{"signingRequest":{"a":"\u00ff"}}', 'latin1') },
      400,
      'SVC4006',
    ],
    ['a member twice', { body: '{"signingRequest":{},"signingRequest":{}}' }, 400, 'SVC4006'],
    ['depth', { body: '['.repeat(5_000) }, 400, 'SVC4006'],
    ['another member', { body: { verificationRequest: arriving } }, 400, 'SVC4001'],
    ['a request that is no object', { body: { signingRequest: [] } }, 400, 'SVC4005'],
    ['GET', { method: 'GET' }, 405, 'POL4050'],
    ['PUT', { method: 'PUT', body }, 405, 'POL4050'],
    ['DELETE', { method: 'DELETE' }, 405, 'POL4050'],
    ['PATCH', { method: 'PATCH', body }, 405, 'POL4050'],
    ['OPTIONS, as browsers ask before they write', { method: 'OPTIONS' }, 405, 'POL4050'],
    ['another resource', { path: '/stir/v1/other', body }, 404, 'SVC4003'],
    ['another version', { path: '/stir/v2/signing', body }, 404, 'SVC4003'],
    ['GET of another resource', { method: 'GET', path: '/stir/' }, 404, 'SVC4003'],
  ];

  it.each(rows)('%s', async (_name, asked, status, id) => {
    const reply = await ask(asked);
    expect([reply.status, reply.type, reply.id]).toEqual([status, 'application/json', id]);
    expect(reply.error).toEqual({ messageId: id, text: expect.any(String), variables: expect.any(Array) });
    expect(Object.keys(reply.json.requestError)).toEqual([
      id.startsWith('POL') ? 'policyException' : 'serviceException',
    ]);
    if (status === 405) expect(reply.headers.allow).toBe('POST');
    expect(reply.headers['x-requestid']).toBeDefined();
    expect(Object.keys(reply.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    expect([signed, verified, logged]).toEqual([[], [], []]);
  });

  it.each([
    'application/json',
    'text/html, application/json;q=0.5',
    '*/*',
    'application/*',
    'APPLICATION/JSON',
  ])('Accept: %s is served', async (accept) => {
    expect(
      (await sign({}, { headers: { accept, 'content-type': 'application/json; charset=utf-8' } })).status,
    ).toBe(200);
  });

  it('a body without Content-Length: SVC4007', async () => {
    const head = `POST ${SIGNING} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n`;
    const answer = await raw(open, `${head}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 411 /);
    expect(answer).toContain('"SVC4007"');
  });

  it('more than 64 KiB: 413', async () => {
    const reply = await sign({ callId: 'x'.repeat(70_000) });
    expect([reply.status, reply.json.type]).toEqual([413, 'urn:oobleck:problem:content-too-large']);
  });

  it('what nobody foresaw: POL5000 or unverifiable, and a log line without the number', async () => {
    outcome = new Error('12155551212 is away');
    verdict = new Error('12155551212 is away');
    const [signing, verifying] = [await sign(), await verify()];
    expect([signing.status, signing.id]).toEqual([500, 'POL5000']);
    // Nothing that breaks here makes a call more than unverifiable.
    expect([verifying.status, verifying.json.verificationResponse.verstat]).toEqual([
      200,
      'No-TN-Validation',
    ]);
    expect(JSON.stringify([signing.json, verifying.json])).not.toContain('2155551212');
    expect(logged).toHaveLength(2);
    expect(logged.join()).not.toContain('2155551212');
  });

  it('damaged requests get an error id or an answer, 500 times, never a 500', async () => {
    const texts = [{ signingRequest: signing }, { verificationRequest: arriving }].map((one) =>
      JSON.stringify(one),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.nat(1),
        fc.nat(300),
        fc.nat(3),
        fc.string({ maxLength: 3 }),
        async (which, at, remove, insert) => {
          const text = texts[which]!;
          const from = at % text.length;
          const damaged = text.slice(0, from) + insert + text.slice(from + remove);
          const { status, id } = await ask({ path: which === 0 ? SIGNING : VERIFICATION, body: damaged });
          if (status !== 200) expect([status, id]).toEqual([400, expect.stringMatching(/^SVC400[0156]$/)]);
        },
      ),
      { numRuns: 500 },
    );
    expect(logged).toEqual([]);
  });

  it('any JSON in the place of a member, 300 times, never a 500', async () => {
    const members = fc.constantFrom(...Object.keys(signing), 'callId');
    await fc.assert(
      fc.asyncProperty(members, fc.jsonValue(), async (name, value) => {
        expect([200, 400]).toContain((await sign({ [name]: value })).status);
      }),
      { numRuns: 300 },
    );
    expect(logged).toEqual([]);
  });
});

describe('the request’s id', () => {
  it('is echoed, and is the call’s id where none is given', async () => {
    const reply = await verify({}, { headers: { 'x-requestid': 'AA97B177-9383', 'x-instanceid': 'node-1' } });
    expect([reply.headers['x-requestid'], reply.headers['x-instanceid']]).toEqual([
      'AA97B177-9383',
      'node-1',
    ]);
    await verify({ callId: 'given' }, { headers: { 'x-requestid': 'AA97B177-9383' } });
    expect(verified.map(({ call }) => call.callId)).toEqual(['AA97B177-9383', 'given']);
  });

  it('is made where it is missing or out of shape, another every time', async () => {
    const ids = new Set<unknown>();
    for (const given of [undefined, undefined, 'with blank', 'x'.repeat(129)]) {
      const { headers } = await sign({}, { headers: { 'x-requestid': given } });
      expect(headers['x-requestid']).toMatch(/^[0-9a-f-]{36}$/);
      ids.add(headers['x-requestid']);
    }
    expect(ids.size).toBe(4);
    expect(signed.map(({ callId }) => callId)).toEqual([...ids]);
  });
});

describe('requests that come in one turn', () => {
  it('are answered each for itself and in order, whatever is wrong with one of them', async () => {
    const texts = [
      JSON.stringify({ signingRequest: { ...signing, callId: 'first' } }),
      '{',
      JSON.stringify({ signingRequest: { ...signing, callId: 'third', attest: 'D' } }),
      JSON.stringify({ signingRequest: { ...signing, callId: 'fourth' } }),
    ];
    const requests = texts.map((text, at) => {
      const close = at === texts.length - 1 ? 'Connection: close\r\n' : '';
      const fields = `Host: localhost\r\nX-RequestID: id-${at}\r\nContent-Type: application/json\r\n${close}`;
      return `POST ${SIGNING} HTTP/1.1\r\n${fields}Content-Length: ${text.length}\r\n\r\n${text}`;
    });
    const answers = (await raw(open, requests.join(''))).split(/(?=HTTP\/1\.1 )/);
    const told = answers.map((answer) => [
      /^HTTP\/1\.1 ([0-9]+)/.exec(answer)?.[1],
      /x-requestid: ([^\r]+)/.exec(answer)?.[1],
      /SVC[0-9]+/.exec(answer)?.[0],
    ]);
    expect(told).toEqual([
      ['200', 'id-0', undefined],
      ['400', 'id-1', 'SVC4006'],
      ['400', 'id-2', 'SVC4005'],
      ['200', 'id-3', undefined],
    ]);
    expect(signed.map(({ callId }) => callId)).toEqual(['first', 'fourth']);
    // Text leaves in one piece with its fields: nothing is sent in chunks.
    expect(answers.every((answer) => /content-length: [0-9]+\r/.test(answer))).toBe(true);
    expect(answers.join('')).not.toMatch(/transfer-encoding/i);
  });

  it('one whose client has gone is no trouble for the others', async () => {
    const body = JSON.stringify({ signingRequest: { ...signing, callId: 'gone' } });
    const head = `POST ${SIGNING} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json`;
    const socket = connectTcp(open.port, '127.0.0.1', () => {
      socket.write(`${head}\r\nContent-Length: ${body.length}\r\n\r\n${body}`, () =>
        socket.resetAndDestroy(),
      );
    });
    await new Promise((resolve) => socket.on('close', resolve));
    expect((await sign()).status).toBe(200);
    expect(logged).toEqual([]);
  });
});

describe('who may ask: on loopback', () => {
  it.each(['localhost', 'LOCALHOST:8080', '127.0.0.1', '127.0.0.1:1', '[::1]', '[::1]:80'])(
    'Host: %s',
    async (host) => {
      expect((await sign({}, { headers: { host } })).status).toBe(200);
    },
  );

  it.each([
    'evil.example',
    'localhost.evil.example',
    'evil.example:80',
    '127.0.0.1.evil.example',
    '10.0.0.1',
    '[::2]',
    'localhost:80:80',
  ])('not a page that was rebound: Host: %s', async (host) => {
    const reply = await sign({}, { headers: { host } });
    expect([reply.status, reply.json.type]).toEqual([403, 'urn:oobleck:problem:wrong-host']);
    expect(signed).toEqual([]);
  });

  it.each(['https://evil.example', 'null', 'http://localhost', ''])(
    'no page at all: Origin: %s',
    async (origin) => {
      const reply = await sign({}, { headers: { origin } });
      expect([reply.status, reply.json.type]).toEqual([403, 'urn:oobleck:problem:web-page']);
      expect(signed).toEqual([]);
    },
  );

  it('a key that is none is refused even here', async () => {
    const reply = await sign({}, { headers: { authorization: 'Bearer 0123456789abcdef' } });
    expect([reply.status, reply.json.type]).toEqual([401, 'urn:oobleck:problem:unauthorized']);
  });

  it('a name of the operator’s own is served', async () => {
    const server = await serve({
      access: { isOpen: true, defaultTenant: 'home', hosts: ['Signer.internal'] },
    });
    const by = new Client(server.origin);
    expect((await sign({}, { client: by, headers: { host: 'signer.internal:8080' } })).status).toBe(200);
    await by.destroy();
  });

  it('a resource without a service does not exist', async () => {
    const by = new Client((await serve({ isSigning: false })).origin);
    expect((await sign({}, { client: by })).id).toBe('SVC4003');
    expect((await verify({}, { client: by })).status).toBe(200);
    await by.destroy();
  });
});

describe('who may ask: elsewhere', () => {
  const KEY = 'a key of tenant one!'.replace(/ /g, '_');
  let tls: TlsAuthority;
  let identity: TlsIdentity;
  const clients: Client[] = [];

  beforeAll(async () => {
    tls = await createTlsAuthority({ nowMs: Date.now() });
    identity = await tls.issueServer();
  });
  afterEach(async () => {
    for (const one of clients.splice(0)) await one.destroy();
  });

  const clientOf = (server: HttpServer, connect: object = {}, allowH2 = false): Client => {
    const made = new Client(server.origin, { allowH2, connect: { ca: tls.ca, ...connect } });
    clients.push(made);
    return made;
  };
  const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex');

  it('a bearer key is a tenant; without one, or with another, nothing', async () => {
    const bearerKeys = [
      { tenant: 'one', sha256: sha256(KEY) },
      { tenant: 'two', sha256: sha256('another_key_of_tenant_2') },
    ];
    const server = await serve({
      tls: identity,
      access: { isOpen: false, defaultTenant: 'home', bearerKeys },
    });
    for (const allowH2 of [false, true]) {
      const by = clientOf(server, {}, allowH2);
      const length = String(JSON.stringify({ signingRequest: signing }).length);
      const send = (authorization: string | undefined) =>
        sign({}, { client: by, headers: { authorization, 'content-length': length } });
      signed = [];
      expect((await send(`Bearer ${KEY}`)).status).toBe(200);
      expect((await send('bearer another_key_of_tenant_2')).status).toBe(200);
      expect(signed.map(({ tenant }) => tenant)).toEqual(['one', 'two']);
      for (const wrong of [
        undefined,
        `Bearer ${KEY}x`,
        'Bearer short',
        `Basic ${KEY}`,
        `Bearer ${sha256(KEY)}`,
        'Bearer ',
      ]) {
        const reply = await send(wrong);
        expect([reply.status, reply.json.type]).toEqual([401, 'urn:oobleck:problem:unauthorized']);
      }
      expect(signed).toHaveLength(2);
    }
  });

  it('a client certificate is a tenant; one that is not listed is none', async () => {
    const [known, unknown] = await Promise.all([tls.issueClient('one'), tls.issueClient('unknown')]);
    const der = Buffer.from(known.certificate.replace(/-----[^-]+-----|\s/g, ''), 'base64');
    const clientCertificates = [{ tenant: 'one', sha256: sha256(der).toUpperCase() }];
    const server = await serve({
      tls: { ...identity, clientCa: tls.ca },
      access: { isOpen: false, clientCertificates },
    });
    const length = String(JSON.stringify({ signingRequest: signing }).length);
    for (const allowH2 of [false, true]) {
      signed = [];
      const by = (one: TlsIdentity) => clientOf(server, { cert: one.certificate, key: one.key }, allowH2);
      const headers = { 'content-length': length };
      expect((await sign({}, { client: by(known), headers })).status).toBe(200);
      expect(signed.map(({ tenant }) => tenant)).toEqual(['one']);
      const reply = await sign({}, { client: by(unknown), headers });
      expect([reply.status, reply.json.type]).toEqual([401, 'urn:oobleck:problem:unauthorized']);
      await expect(sign({}, { client: clientOf(server, {}, allowH2), headers })).rejects.toThrow();
      expect(signed).toHaveLength(1);
    }
  });
});

/** Sends text on a socket and gives back all that comes until the peer ends it. */
function raw(server: HttpServer, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connectTcp(server.port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('end', () => resolve(answer)).on('error', reject);
  });
}

describe('over which trunk', () => {
  it('the one that is named, as far as it is the tenant’s', async () => {
    const trunks = [
      createTrunk({ name: 'east', tenant: 'home', direction: 'incoming' }),
      createTrunk({ name: 'west', tenant: 'home', isOn: false }),
      createTrunk({ name: 'watch', tenant: 'home', mode: 'monitor' }),
      createTrunk({ name: 'theirs', tenant: 'other' }),
    ];
    const by = new Client((await serve({ trunks })).origin);
    const at = (trunk: unknown) => sign({ trunk }, { client: by });
    for (const name of ['theirs', 'none', 5]) {
      const reply = await at(name);
      expect([reply.id, reply.error.variables]).toEqual(['SVC4005', ['trunk']]);
    }
    expect(signed).toEqual([]);
    for (const name of ['east', 'west', 'watch', undefined])
      expect((await at(name)).error.variables).toEqual(['trunk']);
    const arrived = await verify({ trunk: 'west' }, { client: by });
    expect(arrived.json.verificationResponse).toMatchObject({
      verstat: 'No-TN-Validation',
      reasoncode: 428,
      reasondesc: expect.stringMatching(/^not-checked: .*\(off\)$/),
    });
    await by.destroy();
  });

  it('an emergency call is not signed, and is no error of the call', async () => {
    expect((await sign({ dest: { tn: ['911'] } })).error.variables).toEqual(['dest']);
    expect(signed).toEqual([]);
  });
});

describe('retraction', () => {
  it('is handed on with the numbers of the call', async () => {
    const request = { orig: signing.orig, dest: signing.dest, callId: 'abc' };
    const reply = await ask({ path: '/stir/v1/retraction', body: { retractionRequest: request } });
    expect(reply.status).toBe(204);
    expect(retracted).toEqual([
      { tenant: 'home', callId: 'abc', originator: '12155551212', destinations: ['12155551213'] },
    ]);
    for (const name of ['orig', 'dest', 'callId']) {
      const { error } = await ask({
        path: '/stir/v1/retraction',
        body: { retractionRequest: { ...request, [name]: undefined } },
      });
      expect([error.messageId, error.variables]).toEqual(['SVC4001', [name]]);
    }
  });
});

describe('traces', () => {
  it('of a call, by its id, for its tenant', async () => {
    await verify({ callId: 'traced call'.replace(' ', '/') });
    const reply = await ask({ method: 'GET', path: '/stir/v1/traces/traced%2Fcall' });
    expect(reply.status).toBe(200);
    const [trace] = reply.json.traces;
    expect(trace.steps.map(({ step, reason }: { step: string; reason: string }) => [step, reason])).toEqual([
      ['offered', 'ok'],
      ['asked', 'act'],
      ['decided', 'no-passport'],
      ['answered', 'continue'],
    ]);
    expect(JSON.stringify(reply.json)).not.toContain('2155551');
    expect((await ask({ method: 'GET', path: '/stir/v1/traces/other' })).json).toEqual({ traces: [] });
    const refused = await ask({
      method: 'GET',
      path: '/stir/v1/traces/x',
      headers: { origin: 'https://evil.example' },
    });
    expect(refused.status).toBe(403);
    expect((await ask({ method: 'GET', path: '/stir/v1/traces/%ff' })).id).toBe('SVC4003');
  });
});

describe('the OpenAPI document', () => {
  it('is served, and its paths and methods are those there are', async () => {
    const served = await ask({ method: 'GET', path: '/stir/v1/openapi.json' });
    expect(served.json).toEqual(JSON.parse(JSON.stringify(OPEN_API)));
    // The call centre's are tested beside its routes.
    const paths = Object.entries(OPEN_API.paths).filter(([path]) => path.startsWith('/stir/'));
    expect(paths).toHaveLength(5);
    for (const [path, methods] of paths) {
      for (const method of ['GET', 'POST', 'PUT'] as const) {
        const reply = await ask({
          method,
          path: path.replace('{id}', 'x'),
          body: method === 'GET' ? undefined : {},
        });
        const isThere = method.toLowerCase() in methods;
        expect([path, method, reply.id === 'POL4050']).toEqual([path, method, !isThere]);
        expect(reply.id).not.toBe('SVC4003');
        if (!isThere) expect(reply.headers.allow).toBe(Object.keys(methods).join().toUpperCase());
      }
    }
  });

  it('names every error id, and points nowhere in vain', () => {
    const text = JSON.stringify(OPEN_API);
    for (const id of ['SVC4000', 'SVC4001', 'SVC4007', 'POL4050', 'POL5000']) expect(text).toContain(id);
    for (const [, name] of text.matchAll(/#\/components\/schemas\/([A-Za-z]+)/g))
      expect(Object.keys(OPEN_API.components.schemas)).toContain(name);
  });
});
