import { expect, it } from 'vitest';
import { CALLED, CALLER, createAtisWorld, retrieveClaims, tokenOf } from './atis-fixture.ts';
import { parsePlace } from './index.ts';

it('V-02: a token that ends while its certificate is waited for is refused, and not taken by several that wait', async () => {
  const { placement, clock } = createAtisWorld();
  const authorization = `Bearer ${tokenOf(retrieveClaims(clock.seconds()))}`;
  const place = parsePlace([CALLED, CALLER])!;
  clock.advance(60);
  const claims = Array.from({ length: 3 }, () => {
    const read = placement.read({ authorization, place, action: 'retrieve' });
    if ('refusal' in read) throw new Error(read.refusal);
    return read.claim;
  });
  const [first, ...others] = await Promise.all(claims.map((claim) => placement.prove(claim)));
  if (typeof first === 'string') throw new Error(first);
  expect(await placement.retrieve(first!)).toBe('not-found');
  clock.advance(1);
  for (const proven of others)
    expect(typeof proven === 'string' ? proven : await placement.retrieve(proven!)).toBe('stale');
});
