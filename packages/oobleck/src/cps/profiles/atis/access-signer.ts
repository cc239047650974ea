// The client's half: access tokens made with the STI key of whoever asks. A token is for one request and is never used
// twice; a client that repeats a request makes another.

import type { Crypto, SigningKey } from '@oobleck/stir/crypto';
import type { Spc } from '@oobleck/stir/number';
import { signAccessToken } from './access-token.ts';
import { digestOf } from './passport-set.ts';
import type { AtisProfile, Pair } from './place.ts';

export interface AccessSignerParts {
  readonly crypto: Crypto;
  /** Seconds since 1970. */
  readonly now: () => number;
  /** Read for each token, so that a renewed certificate is used. */
  readonly identity: () => { readonly key: SigningKey; readonly certificateUrl: string };
}

export interface AccessOrder extends Pair {
  readonly profile: AtisProfile;
  /** The provider whose certificate signs. */
  readonly issuer: Spc;
  /** Whose PASSporTs are meant, in `105`: one's own to publish, the neighbour's to retrieve. */
  readonly spc: Spc;
  /** Host name of the CPS. */
  readonly audience: string;
}

export interface AccessSigner {
  /** @param lifetimeSeconds how long the PASSporTs are to lie; told in `105` */
  toPublish(order: AccessOrder, passports: readonly string[], lifetimeSeconds: number): string;
  toRetrieve(order: AccessOrder): string;
}

export function createAccessSigner({ crypto, now, identity }: AccessSignerParts): AccessSigner {
  const sign = (
    order: AccessOrder,
    more: { action: 'publish' | 'retrieve'; digest?: string; lifetime?: number },
  ) => {
    const { profile, issuer, spc, audience, called, caller } = order;
    const { key, certificateUrl } = identity();
    const issuedAt = now();
    const { action, digest, lifetime } = more;
    return signAccessToken(
      key,
      { x5u: certificateUrl },
      {
        issuedAt,
        ...(profile === '105' && lifetime !== undefined ? { expiresAt: issuedAt + lifetime } : {}),
        action,
        issuer,
        ...(profile === '96' ? { subject: issuer } : { spc }),
        audience,
        id: randomUuid(crypto),
        called,
        caller,
        ...(digest === undefined ? {} : { digest }),
      },
    );
  };
  return {
    toPublish: (order, passports, lifetime) =>
      sign(order, { action: 'publish', digest: digestOf(crypto, passports), lifetime }),
    toRetrieve: (order) => sign(order, { action: 'retrieve' }),
  };
}

/** RFC 9562 Section 5.4: version 4. */
function randomUuid(crypto: Crypto): string {
  const bytes = crypto.randomBytes(16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Buffer.from(bytes).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
