import { describe, expect, it } from 'vitest';
import { parseTelephoneNumber, parseTnEntry, type Spc } from '../number/index.ts';
import type { AcceptedCredential } from './judge-credential.ts';
import type { KeyCredential } from './key-credential.ts';
import { MAXIMUM_KEYS_PER_NUMBER, selectKeys } from './select-keys.ts';

const called = parseTelephoneNumber('12155551212');
const accepted = (signer: string, tn: readonly string[], issuedAt = 0): AcceptedCredential => ({
  credential: { issuedAt } as KeyCredential,
  mailboxId: new Uint8Array(32),
  entries: tn.map(parseTnEntry),
  signer,
});
const wide = accepted('wide', ['1-12155550000-9000']);
const narrow = accepted('narrow', ['1-12155551000-900']);
const single = accepted('single', ['2-12155551212']);
const provider = accepted('provider', ['0-1234']);
const select = (list: readonly AcceptedCredential[], owner?: string) =>
  selectKeys(list, called, owner as Spc | undefined);

describe('selectKeys', () => {
  it('takes the narrowest authority first, a provider last', () => {
    const expected = [single, narrow, wide, provider];
    expect(select([wide, provider, single, narrow], '1234')).toEqual(expected);
    expect(select([provider, narrow, single, wide], '1234')).toEqual(expected);
  });

  it('measures a credential by its narrowest entry over the number', () => {
    const both = accepted('both', ['1-12155550000-9000', '2-12155551212', '2-999']);
    expect(select([narrow, both])).toEqual([both, narrow]);
    const elsewhere = accepted('elsewhere', ['1-12155550000-9000', '2-12155551213']);
    expect(select([elsewhere, narrow])).toEqual([narrow, elsewhere]);
  });

  it('takes no key of other numbers', () => {
    expect(select([accepted('x', ['2-12155551213']), accepted('y', ['1-2155551212-2'])])).toEqual([]);
  });

  it('counts an SPC only where the number is its own', () => {
    expect(select([provider])).toEqual([]);
    expect(select([provider], '9999')).toEqual([]);
    expect(select([provider], '1234')).toEqual([provider]);
  });

  it('takes the newest of one signer that is over the number', () => {
    const [old, fresh, newest] = [1, 2, 3].map((at) => accepted('one', ['2-12155551212'], at));
    const moved = accepted('one', ['2-12155551213'], 4);
    expect(select([fresh!, newest!, old!, moved])).toEqual([newest]);
    expect(select([newest!, fresh!])).toEqual([newest]);
  });

  it('takes at most 8, the narrowest of them', () => {
    const crowd = Array.from({ length: 20 }, (_, at) => accepted(`s${at}`, [`1-12155551212-${20 - at + 1}`]));
    const chosen = select(crowd);
    expect(chosen).toHaveLength(MAXIMUM_KEYS_PER_NUMBER);
    expect(chosen).toEqual(crowd.slice(-8).reverse());
  });
});
