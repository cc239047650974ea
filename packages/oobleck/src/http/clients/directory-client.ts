// Key directories over HTTPS: registering credentials and mirroring the list. Both happen off the path of a call.

import { StirError } from '@oobleck/stir';
import { encodeUtf8 } from '@oobleck/stir/bytes';
import { isJsonObject, type JsonObject, parseJsonObject } from '@oobleck/stir/json';
import { KEY_CREDENTIAL_MEDIA_TYPE } from '@oobleck/stir/mailbox';
import { createPace, type MirrorLine } from '../../directory/index.ts';
import type { SafeClient } from '../index.ts';

export interface DirectoryClient {
  /** Registers a credential at a directory or CPS. Rejects unless it, or a later one, is there afterwards. */
  register(origin: string, credential: string): Promise<void>;
  /** One answer of at most 4 MiB, of which the first 1100 lines count. */
  fetchChanges(directory: string, since: number): Promise<readonly MirrorLine[]>;
}

const MAXIMUM_ANSWER = 4_096;
/** A directory of this version answers with 1 MiB and 1000 credentials at most, and a line for each CPS it knows of. */
const MAXIMUM_MIRROR = 4 * 1024 * 1024;
const MAXIMUM_LINES = 1_100;
const MAXIMUM_LINE = 65_536;
const MAXIMUM_ISSUERS = 16;
const MAXIMUM_KEYS = 16;
const NEWLINE = 0x0a;

/** @param deadlineMs for one request, default 10000 */
export function createDirectoryClient(client: SafeClient, deadlineMs = 10_000): DirectoryClient {
  return {
    async register(origin, credential) {
      const { status } = await client.request({
        method: 'PUT',
        url: `${origin}/credentials`,
        headers: { 'content-type': KEY_CREDENTIAL_MEDIA_TYPE },
        body: encodeUtf8(credential),
        deadlineMs,
        maxResponseBytes: MAXIMUM_ANSWER,
      });
      // 409: a later credential of the same signer and key is there, which serves as well.
      if (status !== 201 && status !== 200 && status !== 409) throw new Error('credential refused');
    },
    async fetchChanges(directory, since) {
      const { status, body } = await client.request({
        method: 'GET',
        url: `${directory}/credentials?since=${since}`,
        headers: { accept: 'application/x-ndjson' },
        deadlineMs,
        maxResponseBytes: MAXIMUM_MIRROR,
      });
      if (status !== 200) throw new Error('no mirror');
      return parseLines(body);
    },
  };
}

/** Lines that are not understood are left out: a later version may say more. */
async function parseLines(body: Uint8Array): Promise<readonly MirrorLine[]> {
  const lines: MirrorLine[] = [];
  const pace = createPace();
  let start = 0;
  for (let count = 0; start < body.length && count < MAXIMUM_LINES; count++) {
    await pace();
    const newline = body.indexOf(NEWLINE, start);
    const end = newline === -1 ? body.length : newline;
    const isOfUse = end > start && end - start <= MAXIMUM_LINE;
    const line = isOfUse ? parseLine(body.subarray(start, end)) : undefined;
    if (line !== undefined) lines.push(line);
    start = end + 1;
  }
  return lines;
}

function parseLine(bytes: Uint8Array): MirrorLine | undefined {
  const line = objectOf(bytes);
  const cursor = line?.cursor;
  if (line === undefined || typeof cursor !== 'number' || !Number.isSafeInteger(cursor)) return undefined;
  if (typeof line.jws === 'string') return { cursor, jws: line.jws };
  const { cps, issuers } = line;
  if (typeof cps !== 'string' || !Array.isArray(issuers) || issuers.length > MAXIMUM_ISSUERS)
    return undefined;
  if (!issuers.every(isIssuer)) return undefined;
  return { cursor, cps, issuers };
}

function objectOf(bytes: Uint8Array): JsonObject | undefined {
  try {
    return parseJsonObject(bytes);
  } catch (error) {
    if (error instanceof StirError) return undefined;
    throw error;
  }
}

function isIssuer(value: unknown): value is { name: string; keys: string[] } {
  if (!isJsonObject(value) || typeof value.name !== 'string' || !Array.isArray(value.keys)) return false;
  if (value.keys.length > MAXIMUM_KEYS) return false;
  return value.keys.every((key) => typeof key === 'string' && /^[A-Za-z0-9_-]{1,1024}$/.test(key));
}
