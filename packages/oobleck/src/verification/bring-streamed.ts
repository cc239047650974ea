// A call and the streams of its mailboxes: what has come is looked at first, then what the next ticks bring. Where the
// streams of all its mailboxes are whole nothing is asked, so that no call causes traffic; where one is not, the CPSs are
// asked as without streams.

import { encodeBase64url } from '@oobleck/stir/bytes';
import type { ArrivedCall } from '@oobleck/stir/call';
import type { CallAddress } from './retrieval.ts';
import type { EnvelopeReceiver, StreamedMailboxes } from './streamed-mailboxes.ts';

export interface Bringing {
  readonly receive: EnvelopeReceiver;
  /** Asks the CPSs. @returns how many answered */
  readonly ask: () => Promise<number>;
  /** Resolves once the call has its PASSporT. */
  readonly verified: Promise<unknown>;
}

/** Beyond two ticks, for the way. */
const MARGIN_MS = 100;

/** @returns how many answered: streams, or questions to CPSs */
export async function bringStreamed(
  streamed: StreamedMailboxes,
  addresses: readonly CallAddress[],
  { call, endsAtMs }: { readonly call: ArrivedCall; readonly endsAtMs: number },
  givenWaitMs: number | undefined,
  { receive, ask, verified }: Bringing,
): Promise<number> {
  const own = addresses.filter(({ isFiller }) => !isFiller);
  const isCovered = (): boolean => own.every(({ key }) => streamed.covers(key));
  const wanted = {
    called: [...call.called, ...call.formerlyCalled, ...(call.calledUris ?? [])],
    mailboxes: new Set(own.map(({ key }) => encodeBase64url(key.mailboxId))),
  };
  const neededMs = 2 * streamed.cadenceMs + MARGIN_MS;
  const waitMs = Math.min(givenWaitMs ?? neededMs, endsAtMs - performance.now());
  const end = streamed.watch(wanted, receive);
  try {
    for (const envelope of streamed.recall(wanted)) receive(envelope);
    const isEnough = waitMs >= Math.min(neededMs, givenWaitMs ?? neededMs);
    if (isEnough && isCovered()) {
      await atMost(waitMs, verified);
      if (isCovered()) return own.length;
    }
    const waited = givenWaitMs === undefined ? undefined : atMost(waitMs, verified);
    const answered = await ask();
    await waited;
    return answered;
  } finally {
    end();
  }
}

function atMost(boundMs: number, done: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, boundMs);
    void done.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
