import { beforeEach, describe, expect, it } from 'vitest';
import { tn } from '../../test/network.ts';
import { createMemoryUsedPassports } from '../store/memory/used-passports.ts';
import { CALLED, callOf, createWorld, provider, type World } from './verification-fixture.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});

describe('substitution', () => {
  it('R-10: one PASSporT serves one call: the second is ambiguous, and the event names the first', async () => {
    world.leavePassport();
    const vs = world.createVs();
    expect((await vs.verify(callOf(), [])).reason).toBe('verified');
    expect(await vs.verify(callOf({ callId: 'call 2' }), [])).toMatchObject({
      reason: 'ambiguous',
      status: 'unverifiable',
      verstat: 'No-TN-Validation',
    });
    expect((await vs.verify(callOf(), [])).reason).toBe('verified');
    expect(world.events).toEqual([
      { event: 'ambiguous', holder: expect.any(String), call: expect.any(String) },
    ]);
    expect(JSON.stringify(world.events)).not.toContain('1215555');
  });

  it('a verdict is about the fingerprints that were judged, not about the call id', async () => {
    const repository = await createWorld({ provider });
    const vs = repository.createVs();
    const keysOf = (octet: string) => [{ algorithm: 'sha-256', digest: octet.repeat(32) }];
    const identity = repository.identityOf({ mediaKeys: keysOf('AB') });
    const judge = async (octet: string, identities: readonly string[]) =>
      (await vs.verify(callOf({ mediaKeys: keysOf(octet) }), identities)).reason;
    expect(await judge('AB', [identity])).toBe('verified');
    expect(await judge('CD', [identity])).toBe('media-mismatch');
    expect(await judge('CD', [])).not.toBe('verified');
    expect(await judge('AB', [identity])).toBe('verified');
  });

  it('a call offered again with the Identity that it lacked is judged with it, and keeps what it holds', async () => {
    const repository = await createWorld({ provider });
    const vs = repository.createVs();
    expect((await vs.verify(callOf(), [])).status).toBe('unverifiable');
    const identity = repository.identityOf();
    expect((await vs.verify(callOf(), [identity])).reason).toBe('verified');
    expect((await vs.verify(callOf({ displayName: 'Alice' }), [identity])).reason).toBe('verified');
    expect((await vs.verify(callOf({ callId: 'call 2' }), [identity])).reason).toBe('ambiguous');
  });

  it('two calls at once share nothing: one PASSporT makes one of them verified', async () => {
    world.leavePassport();
    const vs = world.createVs();
    const verdicts = await Promise.all(
      Array.from({ length: 20 }, (_, i) => vs.verify(callOf({ callId: `call ${i}` }), [])),
    );
    const reasons = verdicts.map(({ reason }) => reason).sort();
    expect(reasons).toEqual([...Array(19).fill('ambiguous'), 'verified']);
  });

  it('two PASSporTs make two calls verified, at once or in turn, and a third ambiguous', async () => {
    world.leavePassport();
    world.leavePassport();
    const vs = world.createVs();
    const verdicts = await Promise.all(['a', 'b'].map((callId) => vs.verify(callOf({ callId }), [])));
    expect(verdicts.map(({ reason }) => reason)).toEqual(['verified', 'verified']);
    expect(verdicts[0]!.passport?.token).not.toBe(verdicts[1]!.passport?.token);
    expect((await vs.verify(callOf({ callId: 'c' }), [])).reason).toBe('ambiguous');
  });

  it('a call takes one PASSporT, however many would do', async () => {
    for (let i = 0; i < 5; i++) world.leavePassport();
    const used = createMemoryUsedPassports();
    let takes = 0;
    const counting = {
      take(...args: Parameters<typeof used.take>) {
        takes++;
        return used.take(...args);
      },
    };
    await world.createVs({ used: counting }).verify(callOf(), []);
    await new Promise((done) => setImmediate(done));
    expect(takes).toBe(1);
  });

  it('the same PASSporT with an altered signature is the same PASSporT', async () => {
    const token = world.passportOf();
    const bytes = Buffer.from(token.split('.')[2]!, 'base64url');
    const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
    const s = order - BigInt(`0x${bytes.subarray(32).toString('hex')}`);
    const other = Buffer.concat([
      bytes.subarray(0, 32),
      Buffer.from(s.toString(16).padStart(64, '0'), 'hex'),
    ]);
    const altered = `${token.split('.').slice(0, 2).join('.')}.${other.toString('base64url')}`;
    world.leaveEnvelope({ passports: [altered], chain: provider.ders });
    const vs = world.createVs();
    expect((await vs.verify(callOf({ callId: 'a' }), [])).reason).toBe('verified');
    world.leaveEnvelope({ passports: [token], chain: provider.ders });
    expect((await vs.verify(callOf({ callId: 'b' }), [])).reason).toBe('ambiguous');
  });

  it('in band and out of band are one record', async () => {
    world.repository.set('/provider.pem', provider.pem);
    const identity = world.identityOf();
    world.leaveEnvelope({ passports: [identity.split(';')[0]!], chain: provider.ders });
    const vs = world.createVs();
    expect((await vs.verify(callOf({ callId: 'a' }), [])).channel).toBe('out-of-band');
    expect(await vs.verify(callOf({ callId: 'b' }), [identity])).toMatchObject({
      reason: 'ambiguous',
      status: 'unverifiable',
    });
  });

  it('nodes that share the record agree, and the record ends with freshness', async () => {
    const used = createMemoryUsedPassports();
    world.leavePassport();
    expect((await world.createVs({ used }).verify(callOf({ callId: 'a' }), [])).reason).toBe('verified');
    expect((await world.createVs({ used }).verify(callOf({ callId: 'b' }), [])).reason).toBe('ambiguous');
    expect((await world.createVs({ used }).verify(callOf({ callId: 'a' }), [])).reason).toBe('verified');
  });

  it('the same call gets the same answer, also while it is being found; other numbers make another call', async () => {
    const vs = world.createVs();
    const [first, again] = [vs.verify(callOf(), []), vs.verify(callOf(), [])];
    expect((await first).reason).toBe('no-passport');
    expect(await again).toBe(await first);
    world.leavePassport();
    expect(await vs.verify(callOf(), [])).toBe(await first);
    const asked = world.queries.length;
    expect((await vs.verify(callOf({ called: [CALLED, tn('12155551299')] }), [])).reason).toBe('verified');
    expect(world.queries.length).toBeGreaterThan(asked);
  });
});
