// The client of the ATIS profiles against the CPS of this program, and against servers that answer as no CPS should.

import type { Spc } from '@oobleck/stir/number';
import type { Party } from '@oobleck/stir/passport';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { serveLoopback } from '../../../test/loopback-server.ts';
import { type Carrier, crypto, tn } from '../../../test/network.ts';
import {
  type AtisWorld,
  alpha,
  bravo,
  CALLED,
  CALLER,
  createAtisWorld,
  HOST,
  x5uOf,
} from '../../cps/profiles/atis/atis-fixture.ts';
import { createAtisFace } from '../../cps/profiles/atis/face/index.ts';
import { createAccessSigner } from '../../cps/profiles/atis/index.ts';
import { createTlsAuthority } from '../../lab/pki.ts';
import { createSafeClient, type HttpServer, type SafeClient } from '../index.ts';
import { type AtisPeer, createAtisClient } from './index.ts';

let server: HttpServer;
let client: SafeClient;
let world: AtisWorld;
/** Instead of the CPS, where it is set. */
let answer: { status: number; body: string } | 'silent' | undefined;
let targets: string[];
let connections: Set<unknown>;

beforeAll(async () => {
  const tls = await createTlsAuthority({ nowMs: Date.now() });
  const face = createAtisFace({
    read: (request) => world.placement.read(request),
    prepare: (claim, body) => world.placement.prepare(claim, body),
    prove: (claim) => world.placement.prove(claim),
    publish: (proven, set) => world.placement.publish(proven, set),
    retrieve: (proven) => world.placement.retrieve(proven),
  });
  server = await serveLoopback(tls, {
    hot: (exchange) => {
      targets.push(exchange.target);
      return answer === undefined ? face(exchange) : false;
    },
    routes: (request, response) => {
      // Of HTTP/2, the session; HTTP/1.1 has no stream.
      connections.add((request as { stream?: { session: unknown } }).stream?.session ?? request.socket);
      if (answer !== 'silent') response.writeHead(answer!.status).end(answer!.body);
      return true;
    },
  });
  client = createSafeClient({ ca: [tls.ca], allowAddresses: ['127.0.0.1'] });
});
afterAll(async () => {
  await client.close();
  await server.close(200);
});
beforeEach(() => {
  world = createAtisWorld();
  answer = undefined;
  targets = [];
  connections = new Set();
});

const spc = (text: string) => text as Spc;
const party = (number: string): Party => ({ kind: 'tn', number: tn(number) });
const PAIR = { called: party(CALLED), caller: party(CALLER) };

function clientOf(carrier: Carrier, name: string, more: Partial<AtisPeer> = {}) {
  const identity = () => ({ key: carrier.key, certificateUrl: x5uOf(name) });
  const signer = createAccessSigner({ crypto, now: world.clock.seconds, identity });
  return createAtisClient(client, signer, {
    profile: '105',
    url: server.origin,
    host: HOST,
    spc: spc('1234'),
    ...more,
  });
}

const asAlpha = (more: Partial<AtisPeer> = {}) => clientOf(alpha, 'alpha', more);
const asBravo = (more: Partial<AtisPeer> = {}) => clientOf(bravo, 'bravo', { spc: spc('5678'), ...more });

describe('between two providers', () => {
  it('V-09: ATIS-1000105: what one publishes its neighbour retrieves, under the publisher, until exp', async () => {
    const passports = [world.passport()];
    expect(await asAlpha({ lifetimeSeconds: 20 }).publish(PAIR, passports, 5_000)).toBe('stored');
    expect(await asBravo({ neighbour: spc('1234') }).retrieve(PAIR, 5_000)).toEqual(passports);
    expect(await asBravo().retrieve(PAIR, 5_000)).toEqual([]);
    expect(targets).toEqual([
      `/passports/1234/${CALLED}/${CALLER}`,
      `/passports/1234/${CALLED}/${CALLER}`,
      `/passports/5678/${CALLED}/${CALLER}`,
    ]);
    world.clock.advance(20);
    expect(await asBravo({ neighbour: spc('1234') }).retrieve(PAIR, 5_000)).toEqual([]);
  });

  it('V-09: ATIS-1000096: what one publishes another retrieves', async () => {
    const passports = [world.passport()];
    expect(await asAlpha({ profile: '96' }).publish(PAIR, passports, 5_000)).toBe('stored');
    expect(await asBravo({ profile: '96' }).retrieve(PAIR, 5_000)).toEqual(passports);
    expect(targets).toEqual([`/passports/${CALLED}/${CALLER}`, `/passports/${CALLED}/${CALLER}`]);
  });

  it('each request has a token of its own: the same again is taken', async () => {
    const passports = [world.passport()];
    const one = asAlpha({ profile: '96' });
    expect(await one.publish(PAIR, passports, 5_000)).toBe('stored');
    expect(await one.publish(PAIR, passports, 5_000)).toBe('stored');
    expect(await one.retrieve(PAIR, 5_000)).toEqual(passports);
    expect(await one.retrieve(PAIR, 5_000)).toEqual(passports);
  });

  it('the path is what the peer wants', async () => {
    const path = '/v3/{ORIG}/{DEST}?by={SPC}';
    await asAlpha({ path }).publish({ ...PAIR, called: party('#67') }, [world.passport()], 5_000);
    expect(targets).toEqual([`/v3/${CALLER}/%2367?by=1234`]);
  });
});

describe('what a peer answers', () => {
  it.each([
    [201, 'stored'],
    [200, 'stored'],
    [400, 'refused'],
    [401, 'refused'],
    [403, 'refused'],
    [429, 'unavailable'],
    [500, 'unavailable'],
    [503, 'unavailable'],
  ] as const)('to a publication: %s is %s', async (status, outcome) => {
    answer = { status, body: '' };
    expect(await asAlpha().publish(PAIR, [world.passport()], 5_000)).toBe(outcome);
  });

  it('nothing, in time: unavailable, and no PASSporTs', async () => {
    answer = 'silent';
    expect(await asAlpha().publish(PAIR, [world.passport()], 50)).toBe('unavailable');
    await expect(asBravo().retrieve(PAIR, 50)).rejects.toThrow('deadline');
  });

  it.each([
    ['no JSON', 200, 'no'],
    ['no list', 200, '{"passports":"a"}'],
    ['a list of numbers', 200, '{"passports":[1]}'],
    ['a name twice', 200, '{"passports":[],"passports":[]}'],
    ['600 KB', 200, `{"passports":["${'a'.repeat(600_000)}"]}`],
    ['503', 503, '{"status":503,"error":"try again later"}'],
    ['401', 401, '{"status":401,"error":"no"}'],
  ])('%s to a retrieval is no answer', async (_name, status, body) => {
    answer = { status, body };
    await expect(asBravo().retrieve(PAIR, 5_000)).rejects.toThrow();
  });

  it('tokens beside the PASSporTs are passed over; of many PASSporTs only so many are looked at', async () => {
    answer = { status: 200, body: JSON.stringify({ passports: ['a', 'b'], tokens: ['c'] }) };
    expect(await asBravo().retrieve(PAIR, 5_000)).toEqual(['a', 'b']);
    answer = { status: 200, body: JSON.stringify({ passports: Array.from({ length: 200 }, String) }) };
    expect(await asBravo().retrieve(PAIR, 5_000)).toHaveLength(64);
  });

  it('comes over one connection', async () => {
    answer = { status: 404, body: '' };
    const peer = asBravo();
    await Promise.all(Array.from({ length: 20 }, () => peer.retrieve(PAIR, 5_000)));
    expect(connections.size).toBe(1);
  });
});
