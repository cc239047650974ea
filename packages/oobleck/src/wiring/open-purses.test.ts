import { expect, it } from 'vitest';
import { createWallet, type WalletParts } from '../issuer/index.ts';
import { openPurses } from './open-purses.ts';

it('a CPS with a name that no token can bear keeps the wallet from no other', () => {
  const wallet = createWallet({} as WalletParts, { cpsAuthorities: [] });
  const faults: unknown[] = [];
  const origins = ['https://a.example', 'https://-x.example', 'nonsense', 'https://b.example:8443'];
  expect(openPurses(wallet, origins, (error) => faults.push(error))).toEqual(['a.example', 'b.example:8443']);
  expect(faults).toHaveLength(2);
  expect(openPurses(wallet, ['https://a.example'], (error) => faults.push(error))).toEqual([]);
  expect(faults).toHaveLength(2);
});
