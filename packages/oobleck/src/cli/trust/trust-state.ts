// The folder that `trust import` keeps: `anchors.pem`, which `trust.anchorsFile` of a configuration points at, and
// `trust.json`, which remembers the highest sequence number ever seen, so that no older list comes back.

import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { isJsonObject, type JsonObject } from '@oobleck/stir/json';
import { CommandFault } from '../command/command-fault.ts';
import { EXIT } from '../command/exit-code.ts';
import { readText } from '../command/input.ts';
import { replaceFile } from '../command/write-file.ts';

export interface TrustRecord {
  /** `ca-list`: STI-PA's list; `pem`: certificates that a person trusts. */
  readonly kind: 'ca-list' | 'pem';
  /** RFC 3339. */
  readonly importedAt: string;
  /** Of all lists imported into this folder. */
  readonly highestSequence?: number;
  /** Of the list imported last, RFC 3339. */
  readonly expiresAt?: string;
}

export function anchorsFileOf(folder: string): string {
  return join(folder, 'anchors.pem');
}

/** `undefined` where nothing was imported yet. @throws CommandFault where the record cannot be read: it is not guessed */
export function readTrustRecord(folder: string): TrustRecord | undefined {
  const path = join(folder, 'trust.json');
  if (!existsSync(path)) return undefined;
  const record = parse(readText(path));
  const { highestSequence } = record ?? {};
  const isSequence = highestSequence === undefined || Number.isSafeInteger(highestSequence);
  if (record === undefined || !isSequence)
    throw new CommandFault(`${path}: not the record of an import; without it an older list could come back`);
  return record as unknown as TrustRecord;
}

/** The sequence number first: if the second write fails, the same list may be imported again, an older one may not. */
export function writeTrust(folder: string, record: TrustRecord, anchorsPem: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o755 });
  } catch (cause) {
    const { code = 'unknown error' } = cause as NodeJS.ErrnoException;
    throw new CommandFault(`${folder}: cannot be made (${code})`, EXIT.usage, { cause });
  }
  replaceFile(join(folder, 'trust.json'), `${JSON.stringify(record, null, 2)}\n`);
  replaceFile(anchorsFileOf(folder), anchorsPem);
}

function parse(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
