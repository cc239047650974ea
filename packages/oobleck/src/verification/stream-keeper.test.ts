import { beforeEach, describe, expect, it, vi } from 'vitest';
import { crypto } from '../../test/network.ts';
import { createMailboxStreams, createStreamDoor, type MailboxStream } from '../cps/index.ts';
import { createStreamKeeper, type StreamKeeper, type StreamListener, type StreamSource } from './index.ts';
import { CALLED, callOf, createWorld, type World } from './verification-fixture.ts';

const CADENCE = 100;

/** A CPS in this process whose ticks the test makes. */
function createTickingCps(world: World) {
  const door = createStreamDoor(
    {
      crypto,
      now: world.clock.seconds,
      anchors: () => world.anchors,
      mailboxes: world.cps.directory,
    },
    { audience: 'cps.example' },
  );
  const streams = createMailboxStreams({ crypto, store: world.cps.store, door, now: world.clock.ms });
  const open = new Set<{ readonly stream: MailboxStream; readonly listener: StreamListener }>();
  let isAway = false;
  const source: StreamSource = {
    open(query, listener) {
      const opened = isAway ? undefined : streams.open(query);
      if (opened?.outcome !== 'open') {
        queueMicrotask(() => listener.onEnd());
        return () => undefined;
      }
      const one = { stream: opened.stream, listener };
      open.add(one);
      listener.onBegin(opened.stream.enc);
      return () => {
        open.delete(one);
        one.stream.end();
      };
    },
  };
  return {
    source,
    get size() {
      return open.size;
    },
    tick(spoil: (frames: Uint8Array) => Uint8Array = (frames) => frames): void {
      for (const { stream, listener } of open) listener.onFrame(spoil(stream.frames()));
    },
    break(away = false): void {
      isAway = away;
      for (const one of open) {
        open.delete(one);
        one.stream.end();
        one.listener.onEnd();
      }
    },
    comeBack(): void {
      isAway = false;
    },
  };
}

let world: World;
let cps: ReturnType<typeof createTickingCps>;
let keeper: StreamKeeper;
let delays: number[];
let scheduled: (() => void)[];
let random = 1;

beforeEach(async () => {
  world = await createWorld();
  cps = createTickingCps(world);
  delays = [];
  scheduled = [];
  random = 1;
  keeper = createStreamKeeper(
    {
      crypto,
      now: world.clock.ms,
      source: cps.source,
      replies: world.replies,
      schedule(action, delayMs) {
        delays.push(delayMs);
        scheduled.push(action);
        return () => void scheduled.splice(scheduled.indexOf(action), 1);
      },
      random: () => random,
      keys: () => world.holder.published(),
      streamRequest: (key, audience) => world.holder.streamRequest(key, audience),
    },
    { cadenceMs: CADENCE },
  );
});

const key = () => world.holder.published().at(-1)!;
const verify = (callId: string) => world.createVs({ streamed: keeper }).verify(callOf({ callId }), []);

async function open(): Promise<void> {
  keeper.refresh();
  await vi.waitFor(() => expect(keeper.covers(key())).toBe(true));
  world.queries.length = 0;
}

describe('calls verified from memory', () => {
  it('one whose PASSporT came before it, without any question to the CPS', async () => {
    await open();
    world.leavePassport();
    cps.tick();
    expect(await verify('call 1')).toMatchObject({ verstat: 'TN-Validation-Passed', channel: 'out-of-band' });
    expect(world.queries).toEqual([]);
  });

  it('one whose PASSporT comes with the next tick', async () => {
    await open();
    world.leavePassport();
    const verdict = verify('call 1');
    cps.tick();
    expect((await verdict).verstat).toBe('TN-Validation-Passed');
    expect(world.queries).toEqual([]);
  });

  it('one for which none comes asks nothing either', async () => {
    await open();
    expect(await verify('call 1')).toMatchObject({ verstat: 'No-TN-Validation', reason: 'no-passport' });
    expect(world.queries).toEqual([]);
  });

  it('one PASSporT serves one call, from memory as well', async () => {
    await open();
    world.leavePassport();
    cps.tick();
    const service = world.createVs({ streamed: keeper });
    expect((await service.verify(callOf({ callId: 'a' }), [])).status).toBe('verified');
    expect((await service.verify(callOf({ callId: 'b' }), [])).reason).toBe('ambiguous');
  });
});

describe('where a stream is not whole, the CPS is asked', () => {
  const verifiedByRetrieval = async () => {
    world.queries.length = 0;
    // With a stake it is in the first page, however much else lies there.
    world.leavePassport({}, 1);
    const verdict = await verify(crypto.randomBytes(4).join());
    expect([verdict.verstat, world.queries.length > 0]).toEqual(['TN-Validation-Passed', true]);
  };

  it('before it was opened, and while it is broken', async () => {
    await verifiedByRetrieval();
    await open();
    cps.break(true);
    await verifiedByRetrieval();
  });

  it('when it breaks while a call waits for it', async () => {
    await open();
    const verdict = verify('call 1');
    await Promise.resolve();
    cps.break(true);
    world.leavePassport();
    expect((await verdict).verstat).toBe('TN-Validation-Passed');
    expect(world.queries.length).toBeGreaterThan(0);
  });

  it('when more waits at the CPS than a frame holds, until it has come', async () => {
    await open();
    for (let i = 0; i < 9; i++) world.leaveEnvelope({ passports: [] });
    cps.tick();
    expect(keeper.covers(key())).toBe(false);
    await verifiedByRetrieval();
    cps.tick();
    cps.tick();
    expect(keeper.covers(key())).toBe(true);
  });

  it('when what lay there could not be read, until it has expired', async () => {
    const { fetchReply } = world.replies;
    world.replies.fetchReply = () => Promise.reject(new Error('away'));
    keeper.refresh();
    await new Promise(setImmediate);
    expect(keeper.covers(key())).toBe(false);
    world.replies.fetchReply = fetchReply;
    await verifiedByRetrieval();
    world.clock.advance(60);
    expect(keeper.covers(key())).toBe(true);
  });
});

describe('a stream that broke', () => {
  it('is opened again, and what came meanwhile is not missing', async () => {
    await open();
    cps.break();
    world.leavePassport();
    expect(scheduled).toHaveLength(1);
    scheduled.pop()!();
    await vi.waitFor(() => expect(keeper.covers(key())).toBe(true));
    world.queries.length = 0;
    expect((await verify('call 1')).verstat).toBe('TN-Validation-Passed');
    expect(world.queries).toEqual([]);
  });

  it('is opened later each time, at a random moment, half a minute at most; soon again once it held', async () => {
    await open();
    cps.break(true);
    for (let i = 0; i < 9; i++) {
      scheduled.pop()!();
      await Promise.resolve();
    }
    expect(delays).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 30_000]);
    cps.comeBack();
    scheduled.pop()!();
    await vi.waitFor(() => expect(keeper.covers(key())).toBe(true));
    world.clock.advance(11);
    random = 0;
    cps.break();
    expect(delays.at(-1)).toBe(100);
  });

  it('is one whose frame does not open: it is left and opened again', async () => {
    await open();
    cps.tick((frames) => frames.with(0, frames[0]! ^ 1));
    expect([cps.size, scheduled.length, keeper.covers(key())]).toEqual([0, 1, false]);
    expect(keeper.status()).toEqual({ kept: 1, open: 0 });
  });
});

describe('streams follow the keys', () => {
  it('a new key gets one, an old one loses it when it ends', async () => {
    await open();
    world.clock.advance(86_400 - 500);
    await world.holder.renew();
    keeper.refresh();
    expect(keeper.status()).toEqual({ kept: 2, open: 2 });
    await vi.waitFor(() => expect(world.holder.published().every(keeper.covers)).toBe(true));
    world.clock.advance(600);
    keeper.refresh();
    expect(keeper.status()).toEqual({ kept: 1, open: 1 });
    expect(cps.size).toBe(1);
    keeper.close();
    expect([cps.size, scheduled.length]).toEqual([0, 0]);
    expect(keeper.recall({ called: [CALLED], mailboxes: new Set() })).toEqual([]);
  });
});
