// The token issuer (RFC 9576 Section 3, RFC 9578 Sections 4 and 6): checks who asks, counts (S-08), and signs what it
// cannot read. It never learns where, when or for whom a token is spent. Status codes are made in its HTTP face.

import { StirError } from '@oobleck/stir';
import {
  BATCH_REQUEST_TYPE,
  BATCH_RESPONSE_TYPE,
  encodeBatchResponse,
  encodeTokenResponse,
  formatIssuerDirectory,
  parseAuthority,
  parseBatchRequest,
  parseTokenRequest,
  TOKEN_REQUEST_TYPE,
  TOKEN_RESPONSE_TYPE,
  type TokenRequest,
  type TokenResponse,
} from '@oobleck/stir/token';
import { type AttestationVerdict, createAttestationCheck } from './attestation-check.ts';
import { createDayKeys, type DayKey } from './day-keys.ts';
import type { IssuerParts } from './ports.ts';
import { DAY_SECONDS, dayStart, utcDay } from './utc-day.ts';

export interface IssuerOptions {
  /** host[:port]: audience of attestations and issuer name of challenges. */
  readonly name: string;
  /** Where tokens are asked for, absolute or relative to the directory; `/token-request` by default. */
  readonly requestUri?: string;
  /** What one credential holder may draw in a UTC day; 100,000 by default. */
  readonly tokensPerDay?: number;
  /** 60 by default. */
  readonly attestationWindowSeconds?: number;
}

export interface IssueRequest {
  readonly body: Uint8Array;
  /** Media type without parameters. */
  readonly contentType: string;
  /** Of a verdict that says attested. */
  readonly holder: string;
}

/** content-type: 415; format: 422 (RFC 9578 Section 6.2); none-issued: 422 for one, 400 for a batch; quota: 429. */
export type IssueRefusal = 'content-type' | 'format' | 'none-issued' | 'quota';

export type IssueResult =
  | {
      readonly issued: true;
      readonly body: Uint8Array;
      readonly contentType: string;
      readonly tokens: number;
      /** Some of a batch were refused (206). */
      readonly partial: boolean;
    }
  | { readonly issued: false; readonly reason: IssueRefusal };

/** A public key of the issuer and when its tokens count, Unix seconds, without the grace. */
export interface PublishedKey {
  readonly spki: Uint8Array;
  readonly notBefore: number;
  readonly notAfter: number;
}

export interface Issuer {
  readonly name: string;
  /** Today's and tomorrow's key. */
  publishedKeys(): Promise<readonly PublishedKey[]>;
  /** The directory document (RFC 9578 Section 4). */
  directory(): Promise<string>;
  checkAttestation(text: string, body: Uint8Array): AttestationVerdict;
  issue(request: IssueRequest): Promise<IssueResult>;
}

export function createIssuer(parts: IssuerParts, options: IssuerOptions): Issuer {
  const name = parseAuthority(options.name);
  const { requestUri = '/token-request', tokensPerDay = 100_000, attestationWindowSeconds = 60 } = options;
  const dayKeys = createDayKeys(parts);
  const publishedKeys = async () => (await dayKeys(utcDay(parts.now()))).map(publish);
  const checkAttestation = createAttestationCheck(parts, {
    audience: name,
    windowSeconds: attestationWindowSeconds,
  });
  return {
    name,
    publishedKeys,
    directory: async () => formatIssuerDirectory({ requestUri, keys: await publishedKeys() }),
    checkAttestation,
    async issue({ body, contentType, holder }) {
      if (contentType !== TOKEN_REQUEST_TYPE && contentType !== BATCH_REQUEST_TYPE)
        return { issued: false, reason: 'content-type' };
      const isBatch = contentType === BATCH_REQUEST_TYPE;
      const requests = parseRequests(body, isBatch);
      if (requests === undefined) return { issued: false, reason: 'format' };
      const day = utcDay(parts.now());
      const keys = await dayKeys(day);
      if (!(await parts.quota.draw(holder, day, requests.length, tokensPerDay)))
        return { issued: false, reason: 'quota' };
      return answer(
        requests.map((request) => sign(request, keys)),
        isBatch,
      );
    },
  };
}

function publish({ day, key }: DayKey): PublishedKey {
  return { spki: key.publicKey.spki, notBefore: dayStart(day), notAfter: dayStart(day) + DAY_SECONDS };
}

function parseRequests(body: Uint8Array, isBatch: boolean): readonly TokenRequest[] | undefined {
  try {
    return isBatch ? parseBatchRequest(body) : [parseTokenRequest(body)];
  } catch (error) {
    if (error instanceof StirError) return undefined;
    throw error;
  }
}

/** BlindSign (RFC 9474 Section 4.3). `undefined` for a key that is not today's or tomorrow's, or a message not below n. */
function sign(request: TokenRequest, keys: readonly DayKey[]): TokenResponse | undefined {
  const found = keys.find(({ truncatedKeyId }) => truncatedKeyId === request.truncatedKeyId);
  const blindSignature = found?.key.rawSign(request.blindedMessage);
  return blindSignature && { blindSignature };
}

function answer(responses: readonly (TokenResponse | undefined)[], isBatch: boolean): IssueResult {
  const issued = responses.filter((response) => response !== undefined);
  if (issued.length === 0) return { issued: false, reason: 'none-issued' };
  return {
    issued: true,
    body: isBatch ? encodeBatchResponse(responses) : encodeTokenResponse(issued[0]!),
    contentType: isBatch ? BATCH_RESPONSE_TYPE : TOKEN_RESPONSE_TYPE,
    tokens: issued.length,
    partial: issued.length < responses.length,
  };
}
