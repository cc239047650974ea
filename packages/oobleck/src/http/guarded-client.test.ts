import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createTlsAuthority, type TlsAuthority } from '../lab/tls-authority.ts';
import { createEventLog } from '../operate/index.ts';
import { createGuardedClient } from './guarded-client.ts';
import { HttpFailure } from './http-failure.ts';
import { createSafeClient, type HttpRequest, type SafeClient } from './safe-client.ts';
import { createHttpServer } from './server.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const get = (url: string, deadlineMs = 400): HttpRequest => ({
  method: 'GET',
  url,
  deadlineMs,
  maxResponseBytes: 1_000,
});
const reply = { status: 200, headers: {}, body: new Uint8Array(0), url: '' };

// A network in simulated time: a request takes as long as the network says, and the deadline ends it. Chance is seeded.
function createSimulation(seed: number) {
  let state = seed;
  const chance = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  let nowMs = 0;
  let serial = 0;
  const timers = new Map<number, { readonly atMs: number; readonly action: () => void }>();
  const schedule = (action: () => void, delayMs: number): (() => void) => {
    const id = serial++;
    timers.set(id, { atMs: nowMs + delayMs, action });
    return () => void timers.delete(id);
  };
  const silent = new Set<string>();
  const sent: { readonly atMs: number; readonly origin: string }[] = [];
  const network: SafeClient = {
    request: ({ url, deadlineMs }) =>
      new Promise((resolve, reject) => {
        const { origin } = new URL(url);
        sent.push({ atMs: nowMs, origin });
        const cancel = schedule(() => reject(new HttpFailure('deadline', 'late')), deadlineMs);
        const answer = (): void => {
          if (silent.has(origin)) return;
          cancel();
          resolve(reply);
        };
        schedule(answer, 1 + Math.floor(chance() * 30));
      }),
    close: async () => undefined,
  };
  return {
    chance,
    silent,
    sent,
    network,
    schedule,
    now: () => nowMs,
    async advance(ms: number): Promise<void> {
      const untilMs = nowMs + ms;
      for (;;) {
        await new Promise(setImmediate);
        const due = [...timers].sort((a, b) => a[1].atMs - b[1].atMs || a[0] - b[0])[0];
        if (due === undefined || due[1].atMs > untilMs) break;
        timers.delete(due[0]);
        nowMs = due[1].atMs;
        due[1].action();
      }
      nowMs = untilMs;
    },
  };
}

describe('a peer that goes silent, in simulated time', () => {
  it.each([1, 2, 3, 4, 5])('no request is late, and it is back within 15 s (seed %i)', async (seed) => {
    const { chance, silent, sent, network, schedule, now, advance } = createSimulation(seed);
    const changes: string[] = [];
    const client = createGuardedClient(() => network, {
      elapsed: now,
      schedule,
      onChange: (host, isSuspended) => changes.push(`${host} ${isSuspended}`),
    });
    const outcomes: { atMs: number; tookMs: number; outcome: string }[] = [];
    const ask = (origin: string): void => {
      const atMs = now();
      const end = (outcome: string) => outcomes.push({ atMs, tookMs: now() - atMs, outcome });
      client.request(get(`${origin}/mailboxes/1`)).then(
        () => end('reply'),
        (error: HttpFailure) => end(error.code),
      );
    };
    const callFor = async (seconds: number): Promise<void> => {
      for (const endMs = now() + seconds * 1000; now() < endMs; ) {
        ask('https://a.example');
        await advance(10 + Math.floor(chance() * 40));
      }
      await advance(500);
    };
    await callFor(5);
    expect(outcomes.every(({ outcome }) => outcome === 'reply')).toBe(true);

    outcomes.length = 0;
    silent.add('https://a.example');
    const silentAtMs = now();
    await callFor(20 + Math.floor(chance() * 10));
    const failures = outcomes.filter(({ outcome, atMs }) => outcome !== 'reply' && atMs >= silentAtMs);
    const fifth = failures.filter(({ outcome }) => outcome === 'deadline')[4]!;
    expect(Math.max(...failures.map(({ tookMs }) => tookMs))).toBe(400);
    const after = failures.filter(({ atMs }) => atMs > fifth.atMs + fifth.tookMs);
    expect(after.length).toBeGreaterThan(100);
    expect(after.every(({ tookMs, outcome }) => tookMs === 0 && outcome === 'suspended')).toBe(true);

    expect(client.peers()).toEqual([{ host: 'a.example', isSuspended: true, suspensions: 1 }]);
    outcomes.length = 0;
    silent.clear();
    const backAtMs = now();
    await callFor(16);
    const firstReply = outcomes.find(({ outcome }) => outcome === 'reply')!;
    expect(firstReply.atMs - backAtMs).toBeLessThan(15_000);
    const later = outcomes.filter(({ atMs }) => atMs > firstReply.atMs);
    expect(later.every(({ outcome }) => outcome === 'reply')).toBe(true);
    expect(changes).toEqual(['a.example true', 'a.example false']);
    expect(client.peers()).toEqual([{ host: 'a.example', isSuspended: false, suspensions: 1 }]);
    expect(sent.length).toBeLessThan(outcomes.length + 1_000);
  });

  it('another peer is not touched by it, and few time-outs among answers suspend nobody', async () => {
    const { silent, network, schedule, now, advance } = createSimulation(7);
    const client = createGuardedClient(() => network, { elapsed: now, schedule });
    const ask = async (origin: string): Promise<string> => {
      const outcome = client.request(get(`${origin}/x`)).then(
        () => 'reply',
        (error: HttpFailure) => error.code,
      );
      await advance(500);
      return outcome;
    };
    for (let round = 0; round < 4; round++) {
      silent.add('https://a.example');
      for (let at = 0; at < 4; at++) expect(await ask('https://a.example')).toBe('deadline');
      silent.clear();
      expect(await ask('https://a.example')).toBe('reply');
    }
    silent.add('https://a.example');
    for (let at = 0; at < 5; at++) await ask('https://a.example');
    expect(await ask('https://a.example')).toBe('suspended');
    expect(await ask('https://b.example')).toBe('reply');
  });
});

describe('the time-outs that count, in simulated time', () => {
  const PEER = 'https://a.example';
  const createPeer = () => {
    const simulation = createSimulation(11);
    const { network, schedule, now } = simulation;
    const client = createGuardedClient(() => network, { elapsed: now, schedule });
    /** The questions of one call go out together. */
    const call = (questions: number): void => {
      for (let page = 0; page < questions; page++)
        client.request(get(`${PEER}/x?page=${page}`)).catch(() => undefined);
    };
    return { ...simulation, client, call };
  };

  it('five calls are five failures, however many questions each puts', async () => {
    const { silent, client, call, advance } = createPeer();
    silent.add(PEER);
    for (let at = 0; at < 4; at++) {
      call(8);
      await advance(450);
      expect(client.isSuspended(`${PEER}/y`)).toBe(false);
    }
    call(8);
    await advance(450);
    expect(client.isSuspended(`${PEER}/y`)).toBe(true);
    expect(client.isSuspended('https://b.example/y')).toBe(false);
  });

  it('calls that run side by side count as well, and once it is given up only probes are sent', async () => {
    const { silent, sent, client, call, now, advance } = createPeer();
    silent.add(PEER);
    while (!client.isSuspended(PEER)) {
      call(2);
      await advance(20);
    }
    // The fifth call was placed 80 ms after the first, and its deadline has passed.
    expect(now()).toBeGreaterThanOrEqual(480);
    expect(now()).toBeLessThanOrEqual(500);
    const before = sent.length;
    for (let at = 0; at < 1_000; at++) {
      call(2);
      await advance(20);
    }
    const probes = sent.slice(before).map(({ atMs }) => atMs - 480);
    expect(probes).toEqual([2_000, 7_000, 12_000, 17_000]);
  });

  it('an answer to what was under way before does not bring it back: the probe does', async () => {
    const { silent, network, schedule, now, advance } = createSimulation(13);
    const slow = (): Promise<typeof reply> => new Promise((resolve) => schedule(() => resolve(reply), 700));
    const changes: boolean[] = [];
    const client = createGuardedClient(
      () => ({ ...network, request: (one) => (one.url.endsWith('/slow') ? slow() : network.request(one)) }),
      { elapsed: now, schedule, onChange: (_host, isSuspended) => changes.push(isSuspended) },
    );
    silent.add(PEER);
    let isAnswered = false;
    for (let at = 0; at < 5; at++) {
      client.request(get(`${PEER}/x`)).catch(() => undefined);
      await advance(20);
    }
    void client.request(get(`${PEER}/slow`, 3_000)).then(() => {
      isAnswered = true;
    });
    await advance(1_000);
    expect([isAnswered, client.isSuspended(PEER), changes]).toEqual([true, true, [true]]);
    silent.delete(PEER);
    await advance(2_000);
    expect([client.isSuspended(PEER), changes]).toEqual([false, [true, false]]);
  });

  it('whatever the moment it comes back at, it is waited for again within 5 s and the way of one answer', async () => {
    for (let phaseMs = 0; phaseMs < 5_500; phaseMs += 50) {
      const { silent, client, call, now, advance } = createPeer();
      silent.add(PEER);
      while (!client.isSuspended(PEER)) {
        call(1);
        await advance(20);
      }
      await advance(phaseMs);
      silent.delete(PEER);
      const backAtMs = now();
      while (client.isSuspended(PEER) && now() - backAtMs < 20_000) await advance(10);
      expect(now() - backAtMs, `after ${phaseMs} ms`).toBeLessThanOrEqual(5_000 + 40);
    }
  });
});

describe('a silent peer that is not asked for, in simulated time', () => {
  const origin = (at: number): string => `https://p${at}.example`;
  /** One time-out gives a peer up; clients are counted while they are open. */
  const createPeers = (options: { maximumPeers?: number } = {}) => {
    const simulation = createSimulation(17);
    const { network, schedule, now, advance, silent, sent } = simulation;
    let open = 0;
    let faults = 0;
    const create = (): SafeClient => {
      if (faults > 0) {
        faults--;
        throw new Error('no roots');
      }
      open++;
      return { request: network.request, close: async () => void open-- };
    };
    const client = createGuardedClient(
      create,
      { elapsed: now, schedule },
      { failures: 1, togetherMs: 0, ...options },
    );
    const ask = (at: number): void => void client.request(get(origin(at))).catch(() => undefined);
    const giveUp = async (at: number): Promise<void> => {
      silent.add(origin(at));
      ask(at);
      await advance(400);
    };
    const probesOf = (at: number, sinceMs = 0): readonly number[] =>
      sent.filter((one) => one.origin === origin(at) && one.atMs > sinceMs).map(({ atMs }) => atMs);
    const fail = (times: number): void => {
      faults = times;
    };
    return { ...simulation, client, ask, giveUp, probesOf, fail, open: () => open };
  };

  it('is probed more and more seldom, then no more, and begins anew when it is asked again', async () => {
    const { client, ask, giveUp, probesOf, advance, open, now, sent } = createPeers();
    await giveUp(0);
    await advance(400_000);
    const probes = probesOf(0);
    const waits = probes.slice(1).map((atMs, at) => atMs - probes[at]! - 3_000);
    expect(waits).toEqual([2_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000, 60_000]);
    expect([client.peers(), open()]).toEqual([[], 1]);
    const before = sent.length;
    await advance(600_000);
    expect(sent).toHaveLength(before);
    const againMs = now();
    ask(0);
    await advance(2_500);
    expect(probesOf(0, againMs - 1)).toEqual([againMs, againMs + 2_400]);
  });

  it.each([
    ['requests', (client: SafeClient, url: string) => void client.request(get(url)).catch(() => undefined)],
    ['a look', (client: ReturnType<typeof createGuardedClient>, url: string) => void client.isSuspended(url)],
  ])('is back within 5 s once it is wanted again by %s, however long it was not', async (_by, want) => {
    const { client, silent, giveUp, advance, now } = createPeers();
    await giveUp(0);
    await advance(200_000);
    silent.clear();
    want(client, origin(0));
    const wantedMs = now();
    while (client.peers()[0]!.isSuspended && now() - wantedMs < 20_000) await advance(10);
    expect(now() - wantedMs).toBeLessThanOrEqual(5_000 + 40);
  });

  it('is kept for as long as calls ask, and probed as often as ever', async () => {
    const { client, ask, giveUp, probesOf, advance, now } = createPeers();
    await giveUp(0);
    while (now() < 700_000) {
      ask(0);
      await advance(10_000);
    }
    const probes = probesOf(0, 690_000);
    expect(probes.length).toBeGreaterThan(1);
    expect(new Set(probes.slice(1).map((atMs, at) => atMs - probes[at]!))).toEqual(new Set([5_000]));
    expect(client.peers()).toHaveLength(1);
  });

  it('is forgotten beyond the bound, with its probes and its client, before one that calls ask for', async () => {
    const { client, ask, giveUp, probesOf, advance, now, open } = createPeers({ maximumPeers: 4 });
    for (let at = 0; at < 4; at++) await giveUp(at);
    await advance(5_000);
    expect(open()).toBe(1 + 4);
    ask(0);
    for (let at = 4; at < 20; at++) {
      await giveUp(at);
      expect(client.peers()).toHaveLength(4);
      ask(0);
    }
    expect(client.peers().map(({ host }) => host)).toEqual([
      'p0.example',
      ...[17, 18, 19].map((at) => `p${at}.example`),
    ]);
    const sinceMs = now();
    await advance(10_000);
    expect(open()).toBe(1 + 4);
    for (let at = 1; at < 17; at++) expect(probesOf(at, sinceMs)).toEqual([]);
    expect(probesOf(0, sinceMs).length).toBeGreaterThan(0);
  });

  it('does no harm where it is forgotten while a probe to it is under way', async () => {
    const { client, silent, giveUp, advance, probesOf, now } = createPeers({ maximumPeers: 1 });
    await giveUp(0);
    await advance(2_500);
    expect(probesOf(0)).toEqual([2_400]);
    await giveUp(1);
    silent.clear();
    const sinceMs = now();
    await advance(10_000);
    expect(probesOf(0, sinceMs)).toEqual([]);
    expect(client.peers()).toEqual([{ host: 'p1.example', isSuspended: false, suspensions: 1 }]);
  });

  it('is probed again later where no client can be made', async () => {
    const { client, silent, giveUp, advance, fail } = createPeers();
    await giveUp(0);
    silent.clear();
    fail(2);
    await advance(5_000);
    expect(client.isSuspended(origin(0))).toBe(true);
    await advance(2_000);
    expect(client.isSuspended(origin(0))).toBe(false);
  });
});

/** Between client and server: passes bytes on, or swallows them; connections it swallowed from stay dead. */
async function startProxy(targetPort: number) {
  let isSwallowing = false;
  const sockets = new Set<Socket>();
  const proxy: Server = createServer((inner) => {
    const outer = connect(targetPort, '127.0.0.1');
    const pair = { isDead: false };
    for (const socket of [inner, outer]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    }
    const pass = (from: Socket, to: Socket): void =>
      void from.on('data', (bytes) => {
        pair.isDead ||= isSwallowing;
        if (!pair.isDead) to.write(bytes);
      });
    pass(inner, outer);
    pass(outer, inner);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });
  return {
    port: (proxy.address() as { port: number }).port,
    swallow: (swallow: boolean) => {
      isSwallowing = swallow;
    },
  };
}

describe('behind a proxy that swallows', () => {
  let authority: TlsAuthority;
  beforeAll(async () => {
    authority = await createTlsAuthority({ nowMs: Date.now() });
  });

  it('the peer is back though every connection there was is dead', { timeout: 60_000 }, async () => {
    const tls = await authority.issueServer(['localhost', '127.0.0.1']);
    const server = await createHttpServer({
      host: '127.0.0.1',
      port: 0,
      tls: { certificate: tls.certificate, key: tls.key },
      log: createEventLog({ level: 'silent' }),
      fallback: (_request, response) => void response.writeHead(200, { 'content-length': '0' }).end(),
    });
    closers.push(() => server.close(100));
    const proxy = await startProxy(server.port);
    const schedule = (action: () => void, delayMs: number): (() => void) => {
      const timer = setTimeout(action, delayMs);
      return () => clearTimeout(timer);
    };
    const client = createGuardedClient(
      () => createSafeClient({ ca: [authority.ca], allowAddresses: ['127.0.0.1'] }),
      { elapsed: () => performance.now(), schedule },
    );
    closers.unshift(() => client.close());
    const ask = (deadlineMs: number): Promise<string> =>
      client.request(get(`https://127.0.0.1:${proxy.port}/x`, deadlineMs)).then(
        () => 'reply',
        (error: HttpFailure) => error.code,
      );
    expect(await ask(5_000)).toBe('reply');
    proxy.swallow(true);
    for (let at = 0; at < 5; at++) expect(await ask(100)).toBe('deadline');
    const startedMs = performance.now();
    expect(await ask(400)).toBe('suspended');
    expect(performance.now() - startedMs).toBeLessThan(100);
    // Long enough for a probe to run into the silence as well.
    await new Promise((done) => setTimeout(done, 2_500));
    proxy.swallow(false);
    const backAtMs = performance.now();
    let outcome = await ask(1_000);
    while (outcome !== 'reply' && performance.now() - backAtMs < 15_000) {
      await new Promise((done) => setTimeout(done, 100));
      outcome = await ask(1_000);
    }
    expect(outcome).toBe('reply');
  });
});
