// The called side's encryption keys in one file, readable by its owner only (mode 0600). Replaced whole: a crash leaves
// the file before or the file after.

import { randomUUID } from 'node:crypto';
import { readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StirError } from '@oobleck/stir';
import { decodeBase64url, encodeBase64url } from '@oobleck/stir/bytes';
import { isJsonObject, type Json, parseJsonObject } from '@oobleck/stir/json';
import type { KeyStore, StoredKey } from '../../verification/index.ts';
import { hasCode, syncFolder, writeSynced } from './synced-file.ts';

export function createFileMailboxKeys(path: string): KeyStore {
  return {
    async load() {
      try {
        return parseKeys(new Uint8Array(await readFile(path)));
      } catch (error) {
        if (hasCode(error, 'ENOENT')) return [];
        throw error;
      }
    },
    async save(keys) {
      const draft = `${path}.${randomUUID()}`;
      await writeSynced(draft, Buffer.from(JSON.stringify({ version: 1, keys: keys.map(formatKey) })), 'wx');
      await rename(draft, path);
      await syncFolder(dirname(path));
    },
  };
}

function formatKey({ secret, issuedAt, expiresAt }: StoredKey) {
  return { secret: encodeBase64url(secret), issuedAt, expiresAt };
}

/** @throws StirError ERR_KEY_FORMAT: a damaged file is for a person to look at, not to be overwritten */
function parseKeys(bytes: Uint8Array): StoredKey[] {
  const { version, keys } = parseJsonObject(bytes);
  if (version !== 1 || !Array.isArray(keys)) throw refusal();
  return keys.map(parseKey);
}

function parseKey(value: Json): StoredKey {
  if (!isJsonObject(value)) throw refusal();
  const { secret, issuedAt, expiresAt } = value;
  if (typeof secret !== 'string' || typeof issuedAt !== 'number' || typeof expiresAt !== 'number')
    throw refusal();
  return { secret: decodeBase64url(secret), issuedAt, expiresAt };
}

function refusal(): StirError {
  return new StirError('ERR_KEY_FORMAT', 'the file of mailbox keys is damaged');
}
