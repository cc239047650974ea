import type { AcceptedCredential, KeyCredential } from '@oobleck/stir/credential';
import { describe, expect, it } from 'vitest';
import { crypto, tn } from '../../../test/network.ts';
import {
  CALLED,
  callOf,
  createWorld,
  provider,
  type World,
} from '../../verification/verification-fixture.ts';
import { createSealedIdentity } from './sealed-identity.ts';

/** The calling side's keys are what the called side has published. */
async function setUp() {
  const world = await createWorld();
  world.repository.set('/provider.pem', provider.pem);
  const published = (number: typeof CALLED): AcceptedCredential[] =>
    world.holder.keysFor(number).map(({ form, mailboxId }) => ({
      credential: { form, cps: [], stake: 0 } as unknown as KeyCredential,
      mailboxId,
      entries: [],
      signer: 's',
    }));
  const caller = createSealedIdentity({ crypto, keys: { keysFor: published } });
  const callee = createSealedIdentity({ crypto, ownKeys: world.holder });
  return { world, caller, callee };
}

const verify = (world: World, identities: readonly string[]) => world.createVs().verify(callOf(), identities);

describe('Identity-Encrypted', () => {
  it('shows nobody the PASSporT on its way, and verifies where it arrives', async () => {
    const { world, caller, callee } = await setUp();
    const identity = world.identityOf();
    const values = caller.seal([CALLED], [identity]);
    expect(values).toHaveLength(1);
    expect(values.join()).not.toContain(identity.slice(0, 20));
    expect(createSealedIdentity({ crypto }).open('t', [CALLED], values)).toEqual([]);
    const opened = callee.open('t', [CALLED], values);
    expect(opened).toEqual([identity]);
    expect(await verify(world, opened)).toMatchObject({
      status: 'verified',
      channel: 'in-band',
      attestation: 'A',
    });
  });

  it('copied to a call to another number, it opens there or not, and verifies nothing', async () => {
    const { world, caller, callee } = await setUp();
    const values = caller.seal([CALLED], [world.identityOf()]);
    const opened = callee.open('t', [tn('12155551299')], values);
    const verdict = await world.createVs().verify(callOf({ called: [tn('12155551299')] }), opened);
    expect(verdict.status).not.toBe('verified');
  });

  it('is tried among several values and several numbers, and what is none counts for nothing', async () => {
    const { world, caller, callee } = await setUp();
    const [value] = caller.seal([CALLED], [world.identityOf()]);
    const junk = Buffer.from(crypto.randomBytes(2048)).toString('base64url');
    expect(callee.open('t', [tn('12155551299'), CALLED], ['nonsense', `${junk}, ${value}`])).toHaveLength(1);
    expect(callee.open('t', [CALLED], [junk, 'x', ''])).toEqual([]);
    // Beyond eight nothing is looked at.
    expect(callee.open('t', [CALLED], [...Array(8).fill(junk), value!])).toEqual([]);
  });

  it('S-05: seals full forms only, all of them or none', async () => {
    const { world, caller, callee } = await setUp();
    const [one, two] = [world.identityOf(), world.identityOf()];
    const compact = one.replace(/^[^.]+\.[^.]+\./, '..');
    expect(caller.seal([CALLED], [one, compact])).toEqual([]);
    expect(caller.seal([CALLED], ['nonsense'])).toEqual([]);
    expect(caller.seal([CALLED], [])).toEqual([]);
    expect(callee.open('t', [CALLED], caller.seal([CALLED], [one, two]))).toEqual([one, two]);
  });

  it('without a key of the called number, or for a number that has none, there is no value', async () => {
    const { world, caller } = await setUp();
    expect(caller.seal([tn('19995550000')], [world.identityOf()])).toEqual([]);
    expect(caller.seal([tn('*67')], [world.identityOf()])).toEqual([]);
  });

  it('more than the larger size holds is not sealed', async () => {
    const { world, caller } = await setUp();
    const many = Array.from({ length: 17 }, () => world.identityOf());
    expect(caller.seal([CALLED], many)).toEqual([]);
  });
});
