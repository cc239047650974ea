import type { Passport } from '@oobleck/stir/passport';
import { expect, it } from 'vitest';
import { fetchingFew } from './sealed-bounds.ts';

const passport = (certificateUrl: string, more: Partial<Passport> = {}) =>
  ({ certificateUrl, ...more }) as Passport;

it('an envelope has so many addresses fetched, and again what it has had, what is known and what brings its chain', () => {
  const fetched: string[] = [];
  const chains = fetchingFew(
    ({ certificateUrl }) => {
      fetched.push(certificateUrl);
      return { chain: [] };
    },
    new Set(['open']),
    2,
  );
  for (const url of ['a', 'b', 'a', 'open']) expect(chains(passport(url))).toEqual({ chain: [] });
  expect(chains(passport('c'))).toEqual({ unavailable: 'policy' });
  expect(chains(passport('c', { chain: [] }))).toEqual({ chain: [] });
  expect(chains(passport('b'))).toEqual({ chain: [] });
  expect(fetched).toEqual(['a', 'b', 'a', 'open', 'c', 'b']);
});
