// What the tests of this role stand on: credentials of carriers under an anchor, with whatever a test changes of them.

import { encodeBase64url } from '@oobleck/stir/bytes';
import { KEY_CREDENTIAL_TYPE } from '@oobleck/stir/credential';
import { formatX5c, signCompactJws } from '@oobleck/stir/jws';
import { SUITE_X25519 } from '@oobleck/stir/seal';
import { type Carrier, crypto, DAY, NOW } from '../../test/network.ts';

export interface CredentialShape {
  readonly by: Carrier;
  readonly entries: readonly string[];
  readonly issuedAt?: number;
  readonly lifetime?: number;
  readonly publicKey?: Uint8Array;
  readonly cps?: readonly string[];
  /** Bytes of a member that nobody knows. */
  readonly padding?: number;
}

/** A credential with a key of its own, unless one is given. */
export function makeCredential(shape: CredentialShape): string {
  const { by, entries, issuedAt = NOW, lifetime = DAY, padding = 0 } = shape;
  const { publicKey = crypto.generateAgreementKey().publicKey, cps = ['https://cps.example'] } = shape;
  const payload = {
    iat: issuedAt,
    exp: issuedAt + lifetime,
    tn: entries,
    key: { ...SUITE_X25519, pub: encodeBase64url(publicKey) },
    cps,
    shards: 1,
    replyBytes: 16_384,
    pages: 1,
    stake: 0,
    only: true,
    padding: 'x'.repeat(padding),
  };
  const header = { alg: 'ES256', typ: KEY_CREDENTIAL_TYPE, x5c: formatX5c(by.chain) };
  return signCompactJws(JSON.stringify(header), JSON.stringify(payload), by.key);
}
