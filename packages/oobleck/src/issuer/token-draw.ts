// One request to an issuer: its directory, its keys held against the mirror's copy (RFC 9576 Section 6.2: keys must be
// the same for everyone), a batch of blinded tokens under an attestation, and what came back, verified.

import { StirError } from '@oobleck/stir';
import { encodeBase64url, equalBytes } from '@oobleck/stir/bytes';
import {
  BATCH_REQUEST_TYPE,
  BATCH_RESPONSE_TYPE,
  type BlindedToken,
  blindToken,
  encodeBatchRequest,
  formatAttestation,
  ISSUER_DIRECTORY_PATH,
  ISSUER_DIRECTORY_TYPE,
  type IssuerDirectory,
  parseAuthority,
  parseBatchResponse,
  parseIssuerDirectory,
  storageChallenge,
  type Token,
} from '@oobleck/stir/token';
import { DAY_SECONDS, dayStart } from './utc-day.ts';
import type { FillingOutcome, MirroredIssuer, TokenAnswer, WalletParts } from './wallet-ports.ts';

export interface Draw {
  readonly cpsAuthority: string;
  readonly issuer: MirroredIssuer;
  /** UTC day of the key. */
  readonly day: number;
  readonly count: number;
}

export type DrawResult = { readonly tokens: readonly Token[] } | { readonly fault: FillingOutcome };

/** Never throws for what an issuer does. */
export async function drawTokens(parts: WalletParts, asked: Draw): Promise<DrawResult> {
  const name = tried(() => parseAuthority(asked.issuer.name));
  if (name === undefined) return { fault: 'malformed' };
  const draw = { ...asked, issuer: { ...asked.issuer, name } };
  const directoryUrl = `https://${draw.issuer.name}${ISSUER_DIRECTORY_PATH}`;
  const shown = await received(parts.transport.get(directoryUrl));
  if (shown === undefined) return { fault: 'unreachable' };
  if (shown.status !== 200 || shown.contentType !== ISSUER_DIRECTORY_TYPE) return { fault: 'refused' };
  const directory = tried(() => parseIssuerDirectory(shown.body));
  const url = directory && sameOriginUrl(directory.requestUri, directoryUrl);
  if (directory === undefined || url === undefined) return { fault: 'malformed' };
  const spki = keyOfDay(directory, draw);
  if (spki === undefined) return { fault: 'key-mismatch' };
  const blinded = await blindMany(parts, draw, spki);
  if (blinded === undefined) return { fault: 'malformed' };
  return finalizeMany(blinded, await received(postBatch(parts, draw, url, blinded)));
}

/**
 * The key that begins with the day, if the mirror has it; and only if it has every key that the directory shows as
 * begun. (A key for later may be newer than the copy.)
 */
function keyOfDay({ keys }: IssuerDirectory, { issuer, day }: Draw): Uint8Array | undefined {
  const isMirrored = (spki: Uint8Array) => issuer.keys.some((key) => equalBytes(key, spki));
  const ofDay = keys.filter(({ notBefore = 0 }) => isWithin(notBefore, day));
  const uptoDay = keys.filter(({ notBefore = 0 }) => notBefore < dayStart(day) + DAY_SECONDS);
  return ofDay.length === 1 && uptoDay.every(({ spki }) => isMirrored(spki)) ? ofDay[0]!.spki : undefined;
}

function isWithin(seconds: number, day: number): boolean {
  return seconds >= dayStart(day) && seconds < dayStart(day) + DAY_SECONDS;
}

/** One token at a time with a pause between, since each takes a millisecond and calls are waiting. */
async function blindMany(
  parts: WalletParts,
  draw: Draw,
  spki: Uint8Array,
): Promise<BlindedToken[] | undefined> {
  const { crypto } = parts;
  const key = tried(() => crypto.importTokenVerifyingKey(spki));
  if (key === undefined) return undefined;
  const challenge = storageChallenge(draw.issuer.name, draw.cpsAuthority);
  const blinded: BlindedToken[] = [];
  while (blinded.length < draw.count) {
    blinded.push(blindToken({ crypto, key, challenge }));
    await new Promise<void>((resume) => parts.schedule(resume, 0));
  }
  return blinded;
}

function postBatch(
  parts: WalletParts,
  { issuer }: Draw,
  url: string,
  blinded: readonly BlindedToken[],
): Promise<TokenAnswer> {
  const body = encodeBatchRequest(blinded.map(({ request }) => request));
  const { key, chain } = parts.credential();
  const attestation = {
    audience: issuer.name,
    issuedAt: Math.floor(parts.now()),
    id: encodeBase64url(parts.crypto.randomBytes(16)),
    digest: parts.crypto.sha256(body),
  };
  const headers = {
    'content-type': BATCH_REQUEST_TYPE,
    accept: BATCH_RESPONSE_TYPE,
    authorization: `Bearer ${formatAttestation(attestation, key, chain)}`,
  };
  return parts.transport.post(url, headers, body);
}

function finalizeMany(blinded: readonly BlindedToken[], answer: TokenAnswer | undefined): DrawResult {
  if (answer === undefined) return { fault: 'unreachable' };
  if (![200, 206].includes(answer.status) || answer.contentType !== BATCH_RESPONSE_TYPE)
    return { fault: 'refused' };
  const responses = tried(() => parseBatchResponse(answer.body));
  if (responses?.length !== blinded.length) return { fault: 'malformed' };
  const tokens = blinded.map(({ finalize }, i) => responses[i] && finalize(responses[i]));
  const good = tokens.filter((token) => token !== undefined);
  return good.length === 0 ? { fault: 'malformed' } : { tokens: good };
}

/** RFC 9578 Section 4: request resource and directory should be of one origin; here they must. */
function sameOriginUrl(uri: string, base: string): string | undefined {
  const url = URL.canParse(uri, base) ? new URL(uri, base) : undefined;
  return url?.origin === new URL(base).origin ? url.href : undefined;
}

async function received(answer: Promise<TokenAnswer>): Promise<TokenAnswer | undefined> {
  try {
    return await answer;
  } catch {
    return undefined;
  }
}

function tried<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof StirError) return undefined;
    throw error;
  }
}
