// The folder that `oobleck trust import` and `trust.caList` of a running process keep together, as one record:
//
//   ca-list-0000000000000012.jws   the list of trusted authorities that was taken last, its sequence number in its name
//   anchors.pem                    the anchors of the last import or list, for `trust.anchorsFile`
//   trust.json                     which of the two, and since when, for `oobleck trust list`
//
// The highest number among the names is the highest ever taken. Whoever writes at the same time, it never goes back: a
// list is put there under its own name, and only those with lower numbers are removed.

import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type CaList, parseCaList } from '@oobleck/stir/anchor';
import { type Certificate, formatPem } from '@oobleck/stir/certificate';
import type { KeptLists } from '../../trust/index.ts';
import { hasCode, replaceSynced } from './synced-file.ts';

export interface TrustRecord {
  /** `ca-list`: STI-PA's list; `pem`: certificates that a person trusts. */
  readonly kind: 'ca-list' | 'pem';
  /** RFC 3339. */
  readonly importedAt: string;
  /** Of the list, RFC 3339, where it says so. */
  readonly expiresAt?: string;
}

export interface TrustFolder extends KeptLists {
  readonly anchorsFile: string;
  readonly recordFile: string;
  /** The text of `trust.json`; `undefined` where nothing was imported yet. */
  recordText(): string | undefined;
  /** The anchors of the newest list, in place of whatever anchors there were. */
  publishList(): void;
  /**
   * Certificates that a person trusts, in place of whatever anchors there were, until that person imports a list. Lists
   * that were kept stay known.
   */
  publishAnchors(anchors: readonly Certificate[]): void;
}

const NAME = /^ca-list-([0-9]{16})\.jws$/;
const DIGITS = 16;
const IS_PEM = /"kind"\s*:\s*"pem"/;

/** @param nowMs for the record of what was taken when */
export function createTrustFolder(folder: string, nowMs: () => number = Date.now): TrustFolder {
  const anchorsFile = join(folder, 'anchors.pem');
  const recordFile = join(folder, 'trust.json');
  const nameOf = (sequence: number): string =>
    join(folder, `ca-list-${String(sequence).padStart(DIGITS, '0')}.jws`);
  const highestSequence = (): number => Math.max(0, ...sequencesIn(folder));
  const put = (path: string, text: string): void => {
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    replaceSynced(path, text);
  };
  const publish = (record: TrustRecord, anchors: readonly Certificate[]): void => {
    put(anchorsFile, formatPem(anchors.map(({ der }) => der)));
    put(recordFile, `${JSON.stringify(record, null, 2)}\n`);
  };
  // Another may keep a newer list meanwhile, and remove the one that was to be read.
  const publishList = (): void => {
    for (let published = -1; published !== highestSequence(); ) {
      published = highestSequence();
      const text = textOf(nameOf(published));
      if (text === undefined) continue;
      const list = parseCaList(text);
      publish(recordOf(list, nowMs()), list.anchors);
    }
  };
  const recordText = () => textOf(recordFile);
  return {
    anchorsFile,
    recordFile,
    highestSequence,
    newest: () => textOf(nameOf(highestSequence())),
    recordText,
    publishList,
    publishAnchors: (anchors) => publish({ kind: 'pem', importedAt: timeOf(nowMs()) }, anchors),
    keep({ sequence }, text) {
      if (sequence < highestSequence()) return;
      put(nameOf(sequence), text);
      for (const older of sequencesIn(folder)) if (older < sequence) rmSync(nameOf(older), { force: true });
      if (!IS_PEM.test(recordText() ?? '')) publishList();
    },
  };
}

function recordOf({ expiresAt }: CaList, nowMs: number): TrustRecord {
  const end = expiresAt === undefined ? {} : { expiresAt: timeOf(expiresAt * 1000) };
  return { kind: 'ca-list', importedAt: timeOf(nowMs), ...end };
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}

function sequencesIn(folder: string): readonly number[] {
  try {
    return readdirSync(folder)
      .flatMap((name) => NAME.exec(name)?.[1] ?? [])
      .map(Number);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
