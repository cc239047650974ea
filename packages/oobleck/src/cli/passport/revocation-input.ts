// The revocation list that a person gives to `passport verify`: used only where it is signed by one of the issuers named
// with it and in its time.

import type { Crypto } from '@oobleck/stir/crypto';
import { type Crl, type CrlFault, judgeCrl, parseCrl } from '@oobleck/stir/revocation';
import { CommandFault, reading } from '../command/command-fault.ts';
import { readBytes } from '../command/input.ts';
import { readAnchors } from './chain-input.ts';

export interface RevocationOptions {
  readonly crl?: string;
  readonly crlIssuers?: string;
}

/** The bound of the list's own parser. */
const MAXIMUM_BYTES = 16_777_215;

const REFUSALS: Readonly<Record<CrlFault, string>> = {
  'unknown-issuer': 'from none of --crl-issuers',
  'issuer-unfit': 'its issuer is not in force, or not for revocation lists',
  'unsupported-algorithm': 'signed in a way that is not supported',
  'bad-signature': 'its signature does not hold',
  'not-yet-valid': 'from the future',
  expired: 'past its next update',
};

/** @param at Unix seconds @throws CommandFault for a list that may not be used: it is not passed over in silence */
export function readCrl(
  { crl: path, crlIssuers }: RevocationOptions,
  at: number,
  crypto: Crypto,
): Crl | undefined {
  if (path === undefined) return undefined;
  if (crlIssuers === undefined)
    throw new CommandFault('--crl-issuers: expected, who may sign the revocation list');
  const crl = reading(path, () => parseCrl(readBytes(path, MAXIMUM_BYTES)));
  const fault = judgeCrl({ crl, issuers: readAnchors(crlIssuers), at, crypto });
  if (fault !== undefined) throw new CommandFault(`${path}: ${REFUSALS[fault]}`);
  return crl;
}
