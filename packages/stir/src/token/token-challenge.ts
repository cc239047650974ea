// TokenChallenge (RFC 9577 Section 2.1.1), and the one challenge of a storage token. Clients compute it themselves and
// never take it from a 401: what a CPS could choose, it could use to tell clients apart.
//
//   struct { uint16 token_type; opaque issuer_name<1..2^16-1>; opaque redemption_context<0..32>;
//            opaque origin_info<0..2^16-1>; } TokenChallenge;

import { createByteReader, createByteWriter, decodeAscii, encodeUtf8 } from '../bytes/index.ts';
import { StirError } from '../stir-error.ts';
import { readingToken } from './token-format.ts';

export interface TokenChallenge {
  readonly tokenType: number;
  /** host[:port]. */
  readonly issuerName: string;
  /** 0 or 32 bytes. */
  readonly redemptionContext: Uint8Array;
  /** Empty, or names joined by commas. It counts as one text: the same names in another order are another challenge. */
  readonly originInfo: string;
}

/** Blind RSA of 2048 bits (RFC 9578 Section 6). */
export const TOKEN_TYPE = 0x0002;

const MAXIMUM_AUTHORITY = 255;
const AUTHORITY = /^(?:[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]{2,45}\])(?::[1-9][0-9]{0,4})?$/;

/**
 * The challenge of a storage token: empty redemption context, exactly one CPS authority as origin.
 * @throws StirError ERR_TOKEN_FORMAT where a name is no host[:port]
 */
export function storageChallenge(issuerName: string, cpsAuthority: string): TokenChallenge {
  return {
    tokenType: TOKEN_TYPE,
    issuerName: parseAuthority(issuerName),
    redemptionContext: new Uint8Array(0),
    originInfo: parseAuthority(cpsAuthority),
  };
}

/** host[:port] in lower case, the port 443 left out. @throws StirError ERR_TOKEN_FORMAT */
export function parseAuthority(text: string): string {
  const authority = text.toLowerCase().replace(/:443$/, '');
  if (authority.length > MAXIMUM_AUTHORITY || !AUTHORITY.test(authority))
    throw new StirError('ERR_TOKEN_FORMAT', 'not a host with or without port');
  return authority;
}

export function encodeTokenChallenge(challenge: TokenChallenge): Uint8Array {
  const { tokenType, redemptionContext } = challenge;
  const issuerName = encodeUtf8(challenge.issuerName);
  const originInfo = encodeUtf8(challenge.originInfo);
  return createByteWriter(7 + issuerName.length + redemptionContext.length + originInfo.length)
    .uint16(tokenType)
    .uint16(issuerName.length)
    .bytes(issuerName)
    .uint8(redemptionContext.length)
    .bytes(redemptionContext)
    .uint16(originInfo.length)
    .bytes(originInfo)
    .finish();
}

/** @throws StirError ERR_TOKEN_FORMAT */
export function parseTokenChallenge(bytes: Uint8Array): TokenChallenge {
  return readingToken(() => {
    const reader = createByteReader(bytes);
    const tokenType = reader.uint16();
    const issuerName = decodeAscii(reader.bytes(reader.uint16()));
    const redemptionContext = reader.bytes(reader.uint8()).slice();
    const originInfo = decodeAscii(reader.bytes(reader.uint16()));
    reader.end();
    if (issuerName === '' || ![0, 32].includes(redemptionContext.length))
      throw new StirError(
        'ERR_TOKEN_FORMAT',
        'challenge without issuer, or with a context of another length',
      );
    return { tokenType, issuerName, redemptionContext, originInfo };
  });
}
