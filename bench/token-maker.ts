// Storage tokens in quantity: signed with the issuer's key directly, which gives the same tokens as blinding and
// unblinding do (RFC 9578 Section 6), and takes a fifth of the time.

import { constants, createPrivateKey, sign } from 'node:crypto';
import {
  encodeTokenChallenge,
  encodeTokenInput,
  storageChallenge,
  type Token,
  tokenKeyId,
} from '@oobleck/stir/token';
import { crypto } from './carrier.ts';

export interface TokenMaker {
  readonly spki: Uint8Array;
  make(): Token;
}

/** @param pkcs8 the issuer's key of the day */
export function createTokenMaker(pkcs8: Uint8Array, issuerName: string, cpsAuthority: string): TokenMaker {
  const { spki } = crypto.importTokenSigningKey(pkcs8).publicKey;
  const keyId = tokenKeyId(crypto, { spki });
  const challengeDigest = crypto.sha256(encodeTokenChallenge(storageChallenge(issuerName, cpsAuthority)));
  const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
  const options = { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 48 };
  return {
    spki,
    make() {
      const input = { nonce: crypto.randomBytes(32), challengeDigest, keyId };
      return { ...input, authenticator: new Uint8Array(sign('sha384', encodeTokenInput(input), options)) };
    },
  };
}
