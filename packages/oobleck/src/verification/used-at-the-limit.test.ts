// One PASSporT serves one call, at the last moment of its freshness as well, and where the certificate came after it.

import { expect, it } from 'vitest';
import { createMemoryUsedPassports } from '../store/memory/used-passports.ts';
import { callOf, createWorld, provider } from './verification-fixture.ts';

it('a PASSporT that was used serves no other call at its last moment', async () => {
  const world = await createWorld({ provider });
  const service = world.createVs();
  const identity = world.identityOf({ issuedAt: world.clock.seconds() });
  expect((await service.verify(callOf({ callId: 'a' }), [identity])).status).toBe('verified');
  world.clock.advance(60);
  expect(await service.verify(callOf({ callId: 'b' }), [identity])).toMatchObject({ reason: 'ambiguous' });
});

it('nor one that was matched before that moment and decided after it', async () => {
  const world = await createWorld({ provider });
  const used = createMemoryUsedPassports();
  const identity = world.identityOf({ issuedAt: world.clock.seconds() });
  const first = world.createVs({ used });
  expect((await first.verify(callOf({ callId: 'a' }), [identity])).status).toBe('verified');
  const { chains } = world.partsOf({ used });
  const slow: typeof chains = {
    ...chains,
    async chainFor(...asked) {
      const chain = await chains.chainFor(...asked);
      world.clock.advance(0.3);
      return chain;
    },
  };
  const second = world.createVs({ used, chains: slow });
  world.clock.advance(59.8);
  expect(await second.verify(callOf({ callId: 'b' }), [identity])).toMatchObject({ reason: 'deadline' });
});

it('nor one that nobody used, where it is no longer fresh once its certificate is there', async () => {
  const world = await createWorld({ provider });
  const { chains } = world.partsOf();
  const slow: typeof chains = {
    ...chains,
    async chainFor(...asked) {
      const chain = await chains.chainFor(...asked);
      world.clock.advance(0.3);
      return chain;
    },
  };
  const identity = world.identityOf({ issuedAt: world.clock.seconds() });
  world.clock.advance(59.8);
  const verdict = await world.createVs({ chains: slow }).verify(callOf(), [identity]);
  expect(verdict).toMatchObject({ status: 'unverifiable', reason: 'deadline' });
});
