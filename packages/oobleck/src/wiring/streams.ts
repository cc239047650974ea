// The streams of a CPS in a process.

import { createStreamFace, type StreamFace } from '../cps/face/index.ts';
import {
  createMailboxStreams,
  createStreamDoor,
  type MailboxHolders,
  type MailboxStore,
} from '../cps/index.ts';
import type { StreamsConfiguration } from './configuration-streams.ts';
import type { Environment } from './environment.ts';

/** @param origin of the CPS */
export function startStreams(
  options: StreamsConfiguration,
  { crypto, now, seconds, anchors, isRevoked, log }: Environment,
  { origin, mailboxes, store }: { origin: string; mailboxes: MailboxHolders; store: MailboxStore },
): StreamFace {
  const door = createStreamDoor(
    { crypto, now: seconds, anchors, isRevoked, mailboxes },
    { audience: new URL(origin).host },
  );
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  return createStreamFace(createMailboxStreams({ crypto, store, door, now }, given), log);
}
