// Port: Identity header fields sealed to the called number's keys, for a way that SIP survives and nobody on it is to
// read the PASSporT.

import type { TelephoneNumber } from '@oobleck/stir/number';

export interface IdentityCipher {
  /** @param identities values of Identity header fields @returns those of Identity-Encrypted; none without a key */
  seal(called: readonly TelephoneNumber[], identities: readonly string[]): readonly string[];
  /** Of each envelope that opens; what does not, or holds no PASSporT, is left out. */
  open(
    tenant: string,
    called: readonly TelephoneNumber[],
    values: readonly string[],
  ): readonly OpenedIdentities[];
}

export interface OpenedIdentities {
  /** Values of Identity header fields, full form. */
  readonly identities: readonly string[];
  /** The certificate chain that came with them: DER, signer of the first one first. */
  readonly chain?: readonly Uint8Array[] | undefined;
}

export const NOTHING_OPENED: readonly OpenedIdentities[] = [];
