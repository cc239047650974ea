import { encodeBase64url } from '@oobleck/stir/bytes';
import { splitAddress } from '@oobleck/stir/mailbox';
import { parseTnEntry, type TelephoneNumber } from '@oobleck/stir/number';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createTestKeys, crypto } from '../../test/network.ts';
import type { ReplyQuery } from './index.ts';
import { CALLED, called, callOf, createWorld, provider, sealer, type World } from './verification-fixture.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});

describe('a CPS that lies or fails', () => {
  const honest = () => world.replies;

  it.each<[string, (query: ReplyQuery, real: Promise<Uint8Array>) => Promise<Uint8Array>]>([
    ['rejects', () => Promise.reject(new Error('away'))],
    [
      'throws at once',
      () => {
        throw new Error('away');
      },
    ],
    ['answers noise', (query) => Promise.resolve(crypto.randomBytes(query.replyBytes))],
    ['answers nothing', () => Promise.resolve(new Uint8Array(0))],
    ['answers a few bytes', () => Promise.resolve(new Uint8Array(31))],
    [
      'answers with a reply to another question',
      (query) => honest().fetchReply({ ...query, nonce: crypto.randomBytes(16) }),
    ],
    ['answers with another page', (query) => honest().fetchReply({ ...query, page: query.page + 1 })],
  ])('that %s leaves the call without a verdict: cps-unavailable', async (_text, lie) => {
    world.leavePassport();
    const before = world.replies;
    const fetchReply = async (query: ReplyQuery) => lie(query, before.fetchReply(query));
    const vs = world.createVs({ replies: { fetchReply } });
    expect(await vs.verify(callOf(), [])).toMatchObject({
      reason: 'cps-unavailable',
      verstat: 'No-TN-Validation',
    });
  });

  it('an old reply replayed is no reply', async () => {
    const kept = await world.replies.fetchReply({
      cps: '',
      address: world.addressFor(),
      page: 0,
      nonce: crypto.randomBytes(16),
      replyBytes: 16_384,
      deadlineMs: 1,
    });
    const vs = world.createVs({ replies: { fetchReply: async () => kept } });
    expect((await vs.verify(callOf(), [])).reason).toBe('cps-unavailable');
  });

  it('a reply damaged anywhere is no reply, 1000 times', async () => {
    world.leavePassport();
    const real = world.replies;
    let damage = { at: 0, xor: 1 };
    const fetchReply = async (query: ReplyQuery) => {
      const reply = Uint8Array.from(await real.fetchReply(query));
      reply[damage.at % reply.length]! ^= damage.xor;
      return reply;
    };
    const vs = world.createVs({ replies: { fetchReply } }, { addressesPerCall: 1 });
    let calls = 0;
    const damages = fc.record({ at: fc.nat(16_383), xor: fc.integer({ min: 1, max: 255 }) });
    await fc.assert(
      fc.asyncProperty(damages, async (one) => {
        damage = one;
        const { reason } = await vs.verify(callOf({ callId: `call ${calls++}` }), []);
        expect(reason).toBe('cps-unavailable');
      }),
      { numRuns: 1_000 },
    );
    expect(world.events).toEqual([]);
  });

  it('blobs damaged anywhere verify nothing and break nothing, 1000 times', async () => {
    const blob = sealer.seal(world.holder.keysFor(CALLED)[0]!.form.publicKey, world.addressFor(), {
      passports: [world.passportOf()],
      chain: provider.ders,
    });
    await fc.assert(
      fc.property(fc.nat(blob.length - 1), fc.integer({ min: 1, max: 255 }), (at, xor) => {
        const damaged = Uint8Array.from(blob);
        damaged[at]! ^= xor;
        const key = world.holder.keysFor(CALLED)[0]!;
        expect(sealer.open(key.agreement, world.addressFor(), damaged)).toBeUndefined();
      }),
      { numRuns: 1_000 },
    );
  });

  it('PASSporTs and chains damaged inside a good envelope verify nothing and break nothing, 1000 times', async () => {
    const token = world.passportOf();
    const chain = provider.ders;
    const vs = world.createVs({}, { addressesPerCall: 1 });
    const reasons = new Set<string>();
    let calls = 0;
    const edits = fc.record({ where: fc.nat(2), at: fc.nat(5_000), byte: fc.nat(255) });
    await fc.assert(
      fc.asyncProperty(edits, async ({ where, at, byte }) => {
        const parts = [Buffer.from(token, 'latin1'), ...chain.map((der) => Buffer.from(der))];
        const target = parts[where]!;
        const changed = where === 0 ? byte & 127 : byte;
        if (target[at % target.length] === changed) return;
        target[at % target.length] = changed;
        const [passport, ...ders] = parts;
        const only = { passports: [passport!.toString('latin1')], chain: ders };
        const sealed = sealer.seal(world.holder.keysFor(CALLED)[0]!.form.publicKey, world.addressFor(), only);
        const question = `call ${calls++}`;
        const { id, shard } = splitAddress(world.addressFor());
        const name = `${encodeBase64url(id)}/${shard}`;
        world.cps.store.add(name, {
          id: question,
          bytes: sealed,
          hash: crypto.sha256(sealed),
          depositedAtMs: world.clock.ms(),
          expiresAtMs: world.clock.ms() + 30_000,
          stake: 0,
          retractHash: question,
        });
        const verdict = await vs.verify(callOf({ callId: question }), []);
        world.cps.store.retract([question]);
        reasons.add(verdict.reason);
        expect(verdict.status).toBe('unverifiable');
        expect(verdict.reason).not.toBe('internal');
      }),
      { numRuns: 1_000 },
    );
    expect([...reasons]).toEqual(
      expect.arrayContaining([
        'malformed',
        'bad-signature',
        'certificate-malformed',
        'certificate-untrusted',
      ]),
    );
    // A time that was altered is told of, for the alarm about clocks.
    expect(world.events.filter(({ event }) => event !== 'stale')).toEqual([]);
  });

  it('one CPS that answers is enough beside one that does not', async () => {
    world.leavePassport();
    const { holder } = createTestKeys(called, world.clock, async () => {}, {
      entries: [parseTnEntry('2-12155551213')],
      cps: ['https://down.example', 'https://cps.example'],
    });
    await holder.renew();
    const real = world.replies;
    const keys = {
      ...holder,
      keysFor: (number: TelephoneNumber) =>
        world.holder
          .keysFor(number)
          .map((key) => ({ ...key, cps: ['https://down.example', 'https://cps.example'] })),
    };
    const fetchReply = (query: ReplyQuery) =>
      query.cps === 'https://down.example' ? Promise.reject(new Error('down')) : real.fetchReply(query);
    expect((await world.createVs({ keys, replies: { fetchReply } }).verify(callOf(), [])).reason).toBe(
      'verified',
    );
  });
});

describe('a fault of our own', () => {
  it.each(['in band', 'out of band'])('leaves the call unverifiable, and is told: %s', async (where) => {
    world.repository.set('/provider.pem', provider.pem);
    const failing = { take: () => Promise.reject(new Error('the record is away')) };
    const unhandled: unknown[] = [];
    const listen = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', listen);
    onTestFinished(() => void process.off('unhandledRejection', listen));
    world.leavePassport();
    const real = world.replies;
    const fetchReply = async (query: ReplyQuery) => {
      const reply = await real.fetchReply(query);
      // The second question is answered long after the first PASSporT was judged.
      if (world.queries.length > 1) await new Promise((done) => setTimeout(done, 50));
      return reply;
    };
    const vs = world.createVs({ used: failing, replies: { fetchReply } });
    const verdict = await vs.verify(callOf(), where === 'in band' ? [world.identityOf()] : []);
    expect(verdict).toMatchObject({
      reason: 'internal',
      status: 'unverifiable',
      verstat: 'No-TN-Validation',
    });
    expect(world.events).toEqual([{ event: 'internal-error', error: expect.any(Error) }]);
    expect(unhandled).toEqual([]);
  });
});
