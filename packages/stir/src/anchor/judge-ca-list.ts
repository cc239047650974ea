// Whether a list of trusted authorities replaces the one in use: signed by STI-PA, not older than any list seen before.

import { type Certificate, verifyingKeyOf } from '../certificate/index.ts';
import type { Crypto } from '../crypto/crypto.ts';
import type { CaList } from './ca-list.ts';

export type CaListFault =
  | 'bad-signature'
  /** A list with a higher sequence number has been seen. */
  | 'roll-back'
  | 'expired';

export interface CaListQuestion {
  readonly list: CaList;
  /** STI-PA's certificates, each trusted for this list by configuration; those out of their time do not count. */
  readonly signers: readonly Certificate[];
  /** Of all lists seen so far. */
  readonly highestSequence?: number | undefined;
  /** Unix seconds. */
  readonly at: number;
  readonly crypto: Crypto;
}

/** `undefined` where the list counts. The same sequence number again is no roll-back. */
export function judgeCaList(question: CaListQuestion): CaListFault | undefined {
  const { list, highestSequence = 0, at } = question;
  if (!isSigned(question)) return 'bad-signature';
  if (list.sequence < highestSequence) return 'roll-back';
  return list.expiresAt !== undefined && at >= list.expiresAt ? 'expired' : undefined;
}

function isSigned({ list, signers, at, crypto }: CaListQuestion): boolean {
  return signers.some((signer) => {
    if (at < signer.notBefore || at > signer.notAfter) return false;
    const key = verifyingKeyOf(signer, crypto);
    return key?.algorithm === 'ES256' && key.verify(list.jws.signingInput, list.jws.signature);
  });
}
