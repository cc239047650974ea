// The folder that `trust import` keeps, and a running process with `trust.caList.stateFolder` beside it, as commands read
// and write it: what is wrong with it is said, and nothing about it is guessed.

import { isJsonObject, type JsonObject } from '@oobleck/stir/json';
import { createTrustFolder, type TrustFolder, type TrustRecord } from '../../store/file/trust-folder.ts';
import { CommandFault } from '../command/command-fault.ts';
import { EXIT } from '../command/exit-code.ts';

export type TrustDescription = Partial<TrustRecord> & { readonly highestSequence?: number };

export function openTrustFolder(folder: string): TrustFolder {
  return createTrustFolder(folder);
}

/** `undefined` where nothing was imported yet. @throws CommandFault where the record cannot be read */
export function readTrustRecord(state: TrustFolder): TrustRecord | undefined {
  const text = inFolder(state, () => state.recordText());
  if (text === undefined) return undefined;
  const record = parse(text);
  if (record?.kind !== 'ca-list' && record?.kind !== 'pem')
    throw new CommandFault(`${state.recordFile}: not the record of an import`);
  return record as unknown as TrustRecord;
}

/** The record, and the highest sequence number of all lists that were ever taken, where there was one. */
export function describeTrust(state: TrustFolder): TrustDescription {
  const record = readTrustRecord(state);
  const highestSequence = inFolder(state, () => state.highestSequence());
  return { ...record, ...(highestSequence === 0 ? {} : { highestSequence }) };
}

/** @throws CommandFault where the folder cannot be read or written */
export function inFolder<T>({ recordFile }: TrustFolder, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === undefined) throw cause;
    throw new CommandFault(`${recordFile}: the folder cannot be used (${code})`, EXIT.usage, { cause });
  }
}

function parse(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
