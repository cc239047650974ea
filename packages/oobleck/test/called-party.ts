// Who is called: a carrier whose certificate is for its numbers, its keys as a directory has taken them, and those keys as
// the callers know them. Every part is the real one.

import { createDirectoryMirror, type DirectoryMirror, type KeyDirectory } from '../src/directory/index.ts';
import type { LabAuthority } from '../src/lab/pki.ts';
import type { KeyHolder, KeyHolderOptions } from '../src/verification/index.ts';
import {
  anchorOf,
  type Carrier,
  type Clock,
  createAuthority,
  createCarrier,
  createTestKeys,
  crypto,
} from './network.ts';

export interface CalledParty {
  readonly carrier: Carrier;
  /** Who issued its certificate. */
  readonly authority: LabAuthority;
  readonly anchors: readonly ReturnType<typeof anchorOf>[];
}

/** @param entries TNEntries in text: the numbers it may speak for */
export async function createCalledParty(...entries: readonly string[]): Promise<CalledParty> {
  const authority = await createAuthority();
  return {
    authority,
    anchors: [anchorOf(authority)],
    carrier: await createCarrier(authority, entries),
  };
}

/** New keys of a carrier, registered at `directory`. */
export async function registerKeys(
  carrier: Carrier,
  clock: Clock,
  directory: { register(credential: string): Promise<unknown> },
  options: Partial<KeyHolderOptions> = {},
): Promise<KeyHolder> {
  const { holder } = createTestKeys(carrier, clock, (_origin, text) => directory.register(text), options);
  await holder.renew();
  return holder;
}

/** What those who place calls know of a directory at this moment. */
export async function mirrorOf(
  directory: Pick<KeyDirectory, 'changesSince'>,
  clock: Clock,
  anchors: CalledParty['anchors'],
): Promise<DirectoryMirror> {
  const fetchChanges = async (_directory: string, since: number) => directory.changesSince(since);
  const mirror = createDirectoryMirror(
    { crypto, now: clock.seconds, anchors: () => anchors, fetchChanges },
    { directories: ['https://directory.example'] },
  );
  await mirror.refresh();
  return mirror;
}
