// The wallet holds tokens for every CPS that credentials in force name. They are strangers' words: one that the wallet
// does not take keeps it from no other.

import type { Wallet } from '../issuer/index.ts';

/**
 * @param origins of CPSs
 * @param onFault told once for each origin that the wallet does not take
 * @returns the authorities that are new
 */
export function openPurses(
  wallet: Pick<Wallet, 'open'>,
  origins: readonly string[],
  onFault: (error: unknown) => void,
): readonly string[] {
  return origins.flatMap((origin) => {
    try {
      const { host } = new URL(origin);
      return wallet.open(host) ? [host] : [];
    } catch (error) {
      onFault(error);
      return [];
    }
  });
}
