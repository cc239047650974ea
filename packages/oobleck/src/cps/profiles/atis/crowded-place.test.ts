import { describe, expect, it } from 'vitest';
import { CALLED, CALLER, createAtisWorld, retrieveClaims, tokenOf } from './atis-fixture.ts';
import { parsePlace, placeName } from './place.ts';

describe('a provider that publishes many PASSporTs about a pair', () => {
  it('keeps those of another out of no answer', async () => {
    const { clock, store, placement, passport } = createAtisWorld();
    const place = parsePlace([CALLED, CALLER])!;
    const genuine = passport();
    const add = (publisher: string, passports: readonly string[]) =>
      store.add(placeName(place), {
        passports,
        digest: passports.join(),
        publisher,
        publishedAtMs: clock.ms(),
        expiresAtMs: clock.ms() + 15_000,
      });
    add('1234', [genuine]);
    for (let set = 0; set < 16; set++)
      add(
        '6666',
        Array.from({ length: 8 }, () => passport()),
      );
    const authorization = `Bearer ${tokenOf(retrieveClaims(clock.seconds()))}`;
    const read = placement.read({ authorization, place, action: 'retrieve' });
    if ('refusal' in read) throw new Error(read.refusal);
    const proven = await placement.prove(read.claim);
    if (typeof proven === 'string') throw new Error(proven);
    const found = await placement.retrieve(proven);
    expect(found).toContain(genuine);
    expect(found.length).toBeLessThanOrEqual(64);
  });
});
