// Port: Identity header fields sealed to the called number's keys, for a way that SIP survives and nobody on it is to
// read the PASSporT.

import type { TelephoneNumber } from '@oobleck/stir/number';

export interface IdentityCipher {
  /** @param identities values of Identity header fields @returns those of Identity-Encrypted; none without a key */
  seal(called: readonly TelephoneNumber[], identities: readonly string[]): readonly string[];
  /** @returns values of Identity header fields, full form; what does not open is left out */
  open(tenant: string, called: readonly TelephoneNumber[], values: readonly string[]): readonly string[];
}
