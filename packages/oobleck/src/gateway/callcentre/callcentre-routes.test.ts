import { createHash } from 'node:crypto';
import type { ArrivedCall } from '@oobleck/stir/call';
import { notVerified, type Verdict } from '@oobleck/stir/verdict';
import { request } from 'undici';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { crypto, NOW } from '../../../test/network.ts';
import { createFastifyApp, createHttpServer, type HttpServer } from '../../http/index.ts';
import { createEventLog } from '../../operate/index.ts';
import { createAccess, OPEN_API } from '../rest/index.ts';
import type { CallPath, OfferedCall, ReceivedAnswer } from '../trunk/index.ts';
import {
  addCallCentreRoutes,
  type CallCentre,
  type Correlator,
  createCorrelator,
  createEventBoard,
  observeCallPath,
} from './index.ts';

const KEYS = { north: 'the-key-of-tenant-north', south: 'the-key-of-tenant-south' };
const VERIFIED: Verdict = {
  status: 'verified',
  verstat: 'TN-Validation-Passed',
  reason: 'verified',
  channel: 'out-of-band',
  attestation: 'A',
  authority: 'provider',
};

let server: HttpServer;
let centre: CallCentre;
let correlator: Correlator;
let board: ReturnType<typeof createEventBoard>;
let verdicts: { readonly call: ArrivedCall; readonly give: (verdict: Verdict) => void }[];
let beats: (() => void)[];
let listeners: { destroy(): void }[];
/** `POST /callcentre/v1/calls`, as they were added. */
let routes: string[];

beforeEach(async () => {
  verdicts = [];
  beats = [];
  listeners = [];
  routes = [];
  const log = createEventLog({ level: 'silent' });
  const app = createFastifyApp({ log });
  app.app.addHook('onRoute', ({ method, url }) => void routes.push(`${method} ${url}`));
  board = createEventBoard('e', 8);
  // What the verification service says is set by each test.
  const verification = {
    verify: (call: ArrivedCall) => new Promise<Verdict>((give) => verdicts.push({ call, give })),
  };
  const now = () => NOW * 1000;
  correlator = createCorrelator({ crypto, verification, board, now }, { waitingCalls: 3 });
  const bearerKeys = Object.entries(KEYS).map(([tenant, key]) => ({
    tenant,
    sha256: createHash('sha256').update(key).digest('hex'),
  }));
  const parts = {
    correlator,
    board,
    access: createAccess({ isOpen: false, bearerKeys }),
    now,
    schedule: (action: () => void) => {
      beats.push(action);
      return () => void beats.splice(beats.indexOf(action), 1);
    },
    dialPlan: { countryCode: '1', nationalDigits: 10 },
  };
  centre = addCallCentreRoutes(app, parts, { listeners: 2 });
  await app.ready();
  const plain = { host: '127.0.0.1', port: 0, log, allowPlainHttp: true };
  server = await createHttpServer({ ...plain, fallback: app.handle, limits: { responseTimeoutMs: 100 } });
});
afterEach(async () => {
  for (const one of listeners) one.destroy();
  centre.close();
  await server.close(200);
});

const arriving = { callId: 'call-1', calling: '+12155551212', called: '2155551213' };

async function post(body: unknown, key = KEYS.north) {
  const {
    statusCode,
    headers,
    body: answer,
  } = await request(`${server.origin}/callcentre/v1/calls`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(key === '' ? {} : { authorization: `Bearer ${key}` }),
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: statusCode, headers, text: await answer.text() };
}

async function listen(key = KEYS.north, lastId?: string) {
  const { statusCode, headers, body } = await request(`${server.origin}/callcentre/v1/events`, {
    headers: { authorization: `Bearer ${key}`, ...(lastId === undefined ? {} : { 'last-event-id': lastId }) },
  });
  let text = '';
  body.on('data', (chunk) => {
    text += String(chunk);
  });
  body.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => body.once('close', () => resolve()));
  listeners.push(body);
  return { status: statusCode, headers, body, text: () => text, ended };
}

const until = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 5 });

describe('agents of a call centre', () => {
  it('see a call when it rings, and its verdict when there is one', async () => {
    const agent = await listen();
    expect([agent.status, agent.headers['content-type'], agent.headers['cache-control']]).toEqual([
      200,
      'text/event-stream',
      'no-store',
    ]);
    expect((await post(arriving)).status).toBe(202);
    const facts = `"callId":"call-1","calling":"12155551212","called":"12155551213","arrivedAt":${NOW}`;
    await until(() => expect(agent.text()).toContain(`id: e-1\nevent: call\ndata: {${facts}}\n\n`));
    expect(verdicts[0]!.call).toMatchObject({
      tenant: 'north',
      caller: '12155551212',
      called: ['12155551213'],
    });
    verdicts[0]!.give(VERIFIED);
    const verdict =
      '"verstat":"TN-Validation-Passed","reason":"verified","attestation":"A","authority":"provider","channel":"out-of-band","afterMs":0';
    await until(() =>
      expect(agent.text()).toContain(`id: e-2\nevent: verdict\ndata: {${facts},${verdict}}\n\n`),
    );
  });

  it('are never told that a call is verified which is not', async () => {
    const agent = await listen();
    await post(arriving);
    verdicts[0]!.give(notVerified('no-passport', 'out-of-band'));
    await until(() => expect(agent.text()).toContain('"verstat":"No-TN-Validation","reason":"no-passport"'));
    expect(agent.text()).not.toContain('Passed');
  });

  it('see the calls of their own tenant only', async () => {
    const [north, south] = [await listen(KEYS.north), await listen(KEYS.south)];
    await post({ ...arriving, callId: 'of-south' }, KEYS.south);
    await post({ ...arriving, callId: 'of-north' }, KEYS.north);
    await until(() => expect(north.text()).toContain('of-north'));
    await until(() => expect(south.text()).toContain('of-south'));
    expect(north.text()).not.toContain('of-south');
    expect(south.text()).not.toContain('of-north');
    expect(verdicts.map(({ call }) => call.tenant)).toEqual(['south', 'north']);
  });

  it('go on where they were, and are told where that is not possible', async () => {
    for (const callId of ['a', 'b', 'c']) await post({ ...arriving, callId });
    const [some, none] = [await listen(KEYS.north, 'e-2'), await listen(KEYS.north, 'e-0')];
    await until(() => expect(some.text()).toContain('"callId":"c"'));
    expect(some.text()).not.toContain('"callId":"b"');
    expect(none.text()).not.toContain('event: gap');
    for (const one of listeners.splice(0)) one.destroy();
    await until(() => expect(board.listeners('north')).toBe(0));
    const lost = await listen(KEYS.north, 'of another process');
    await until(() => expect(lost.text()).toMatch(/\n\nevent: gap\ndata: \{\}\n\nid: e-1\n/));
  });

  it('hear now and then that the service is there, past the limit of answers', async () => {
    const agent = await listen();
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(beats).toHaveLength(1);
    beats.pop()!();
    await until(() => expect(agent.text()).toContain(': still here\n\n'));
    expect(beats).toHaveLength(1);
    agent.body.destroy();
    await until(() => expect([beats.length, board.listeners('north')]).toEqual([0, 0]));
  });

  it('are not more than so many; one that does not read is ended', async () => {
    const slow = await listen();
    await listen();
    expect((await listen()).status).toBe(429);
    expect((await listen(KEYS.south)).status).toBe(200);
    slow.body.pause();
    await until(() => {
      for (let i = 0; i < 200; i++) board.publish('north', 'call', { text: 'x'.repeat(10_000) });
      expect(board.listeners('north')).toBeLessThan(2);
    });
  });

  it('are let go when the service stops', async () => {
    const agent = await listen();
    centre.close();
    await agent.ended;
  });
});

describe('a call that rings', () => {
  it('is watched once, however often it is told', async () => {
    const agent = await listen();
    await post(arriving);
    await post({ ...arriving, called: '+1(215)555-1213' });
    expect(verdicts).toHaveLength(1);
    await post({ ...arriving, calling: '12155551200' });
    expect(verdicts).toHaveLength(2);
    await until(() => expect(agent.text().match(/event: call/g)).toHaveLength(2));
  });

  it('is refused where too many wait, and taken again once they do not', async () => {
    for (const callId of ['a', 'b', 'c']) expect((await post({ ...arriving, callId })).status).toBe(202);
    const refused = await post({ ...arriving, callId: 'd' });
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '1']);
    expect((await post({ ...arriving, callId: 'd' }, KEYS.south)).status).toBe(202);
    verdicts[0]!.give(notVerified('no-passport', 'out-of-band'));
    await until(async () => expect((await post({ ...arriving, callId: 'd' })).status).toBe(202));
  });

  it('may withhold its number', async () => {
    const { calling: _, ...withheld } = arriving;
    expect((await post(withheld)).status).toBe(202);
    expect(verdicts[0]!.call.caller).toBe(undefined);
  });

  it.each<[string, number, unknown, string?]>([
    ['without a key', 401, arriving, ''],
    ['with a key of nobody', 401, arriving, 'x'.repeat(20)],
    ['without a call id', 400, { called: '12155551213' }],
    ['without a called number', 400, { callId: 'a' }],
    ['called nobody', 400, { ...arriving, called: [] }],
    ['called too many', 400, { ...arriving, called: Array(17).fill('12155551213') }],
    ['with more than there is', 400, { ...arriving, more: 1 }],
    ['with a call id of blanks', 422, { ...arriving, callId: 'a b' }],
    ['to what is no number', 422, { ...arriving, called: 'sip:a@b' }],
    ['from what is no number', 422, { ...arriving, calling: 'anonymous' }],
    ['that is no JSON', 400, 'call'],
    ['that is too long', 413, { callId: 'x'.repeat(70_000) }],
  ])('%s is refused', async (_, status, body, key) => {
    const answer = await post(body, key);
    expect(answer.status).toBe(status);
    expect(answer.text).not.toContain('2155551212');
    expect(verdicts).toEqual([]);
  });
});

describe('a call path under observation', () => {
  const call: ArrivedCall = {
    tenant: 'north',
    callId: 'call-1',
    caller: '12155551212' as never,
    called: ['12155551213' as never],
    formerlyCalled: [],
    arrivedAt: NOW,
  };
  const offer = { callId: 'call-1' } as unknown as OfferedCall;
  const observe = (verdict: Verdict, callOf: () => ArrivedCall | undefined = () => call) => {
    const answer = { verdict } as ReceivedAnswer;
    const path = { receive: async () => answer } as unknown as CallPath;
    return { path: observeCallPath(path, correlator, callOf), answer };
  };

  it('gives its own answer; what it verified is told once, without looking again', async () => {
    const agent = await listen();
    const { path, answer } = observe(VERIFIED);
    expect(await path.receive(offer)).toBe(answer);
    await path.receive(offer);
    await until(() => expect(agent.text()).toContain('"verstat":"TN-Validation-Passed"'));
    expect(agent.text().match(/event: verdict/g)).toHaveLength(1);
    expect(verdicts).toEqual([]);
  });

  it('a call that it let go without a PASSporT is watched further', async () => {
    const agent = await listen();
    await observe(notVerified('no-passport', 'out-of-band')).path.receive(offer);
    expect(verdicts).toHaveLength(1);
    verdicts[0]!.give(VERIFIED);
    await until(() => expect(agent.text()).toContain('"verstat":"TN-Validation-Passed"'));
  });

  it('one that has no telephone numbers is not told', async () => {
    await observe(VERIFIED, () => undefined).path.receive(offer);
    expect([board.listeners('north'), verdicts.length]).toEqual([0, 0]);
  });
});

describe('the OpenAPI document', () => {
  const paths = Object.entries(OPEN_API.paths).filter(([path]) => path.startsWith('/callcentre/'));
  const operations = paths.flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, { responses: Record<string, Listed> }>).map(
      ([method, { responses }]) => ({ name: `${method.toUpperCase()} ${path}`, responses }),
    ),
  );
  interface Listed {
    readonly headers?: Readonly<Record<string, unknown>>;
    readonly content?: Readonly<Record<string, unknown>>;
  }
  interface Told {
    readonly status: number;
    readonly headers: Readonly<Record<string, unknown>>;
  }
  const full = async (): Promise<Told> => {
    for (const callId of ['a', 'b', 'c']) await post({ ...arriving, callId });
    return post(arriving);
  };
  const crowded = async (): Promise<Told> => {
    await listen();
    await listen();
    return listen();
  };
  const fromPage = async (path: string, method: 'GET' | 'POST'): Promise<Told> => {
    const reply = await request(server.origin + path, { method, headers: { origin: 'https://a.example' } });
    return { status: reply.statusCode, headers: reply.headers };
  };
  const asXml = async (): Promise<Told> => {
    const headers = { authorization: `Bearer ${KEYS.north}`, 'content-type': 'application/xml' };
    const reply = await request(`${server.origin}/callcentre/v1/calls`, {
      method: 'POST',
      headers,
      body: 'x',
    });
    return { status: reply.statusCode, headers: reply.headers };
  };
  const DRIVERS: Readonly<Record<string, () => Promise<Told>>> = {
    'POST /callcentre/v1/calls 202': () => post(arriving),
    'POST /callcentre/v1/calls 400': () => post({}),
    'POST /callcentre/v1/calls 401': () => post(arriving, ''),
    'POST /callcentre/v1/calls 403': () => fromPage('/callcentre/v1/calls', 'POST'),
    'POST /callcentre/v1/calls 413': () => post({ callId: 'x'.repeat(70_000) }),
    'POST /callcentre/v1/calls 415': asXml,
    'POST /callcentre/v1/calls 422': () => post({ ...arriving, called: 'anonymous' }),
    'POST /callcentre/v1/calls 503': full,
    'GET /callcentre/v1/events 200': () => listen(),
    'GET /callcentre/v1/events 401': () => listen('x'.repeat(20)),
    'GET /callcentre/v1/events 403': () => fromPage('/callcentre/v1/events', 'GET'),
    'GET /callcentre/v1/events 429': crowded,
  };

  it('has the routes that there are, and no others; each of their statuses is driven', () => {
    expect(operations.map(({ name }) => name).sort()).toEqual(routes.sort());
    const statuses = operations.flatMap(({ name, responses }) =>
      Object.keys(responses).map((status) => `${name} ${status}`),
    );
    expect(statuses.sort()).toEqual(Object.keys(DRIVERS).sort());
  });

  it.each(Object.keys(DRIVERS))('%s is what the routes do', async (name) => {
    const answer = await DRIVERS[name]!();
    const [, operation, status] = /^(.*) ([0-9]+)$/.exec(name)!;
    expect(answer.status).toBe(Number(status));
    const listed = operations.find((one) => one.name === operation)!.responses[status!]!;
    const media = String(answer.headers['content-type'] ?? '').split(';')[0]!;
    expect(media === '' ? [] : [media]).toEqual(Object.keys(listed.content ?? {}));
    for (const field of Object.keys(listed.headers ?? {}))
      expect(answer.headers).toHaveProperty(field.toLowerCase());
  });
});
