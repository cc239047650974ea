// One stream of one mailbox at one CPS, kept: opened again after it broke, later each time and at a random moment, so
// that many who lost a CPS do not come back at once. After it was opened, what lay there before is read, so that nothing
// that came meanwhile is missing.

import type { Crypto } from '@oobleck/stir/crypto';
import { createStreamSealer, type Reply, type StreamReader, type StreamSealer } from '@oobleck/stir/seal';
import { type CatchUpParts, catchUp } from './catch-up.ts';
import type { OwnKey } from './key-holder.ts';
import type { StreamSource } from './streamed-mailboxes.ts';

export interface KeptStreamParts extends CatchUpParts {
  readonly crypto: Crypto;
  readonly source: StreamSource;
  /** Milliseconds from any origin. */
  readonly now: () => number;
  /** Runs `action` once, later. @returns what calls it off */
  readonly schedule: (action: () => void, delayMs: number) => () => void;
  /** Uniform in [0, 1), for the moment of coming back. */
  readonly random: () => number;
  /** Signs the request that opens a stream. @param audience authority of the CPS */
  readonly streamRequest: (key: OwnKey, audience: string) => string;
}

export interface KeptStreamOptions {
  readonly cells: number;
  readonly cadenceMs: number;
}

export interface KeptStream {
  /** Whether everything that lies in the mailbox there has come, and goes on coming. */
  isWhole(): boolean;
  readonly isOpen: boolean;
  close(): void;
}

/** Nothing lies longer at a CPS. */
const LIFETIME_MS = 60_000;
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;
/** So long it has to hold for the next attempt to be an early one again. */
const STEADY_MS = 10_000;

/** @param receive each blob that came, some of them twice */
export function keepStream(
  parts: KeptStreamParts,
  { cells, cadenceMs }: KeptStreamOptions,
  { key, cps }: { readonly key: OwnKey; readonly cps: string },
  receive: (shard: number, blob: Uint8Array) => void,
): KeptStream {
  const sealer = createStreamSealer(parts.crypto);
  const { mailboxId, form } = key;
  const query = { cps, mailboxId, cells, cadenceMs, frameBytes: form.replyBytes };
  let state: StreamState | undefined;
  let failures = 0;
  let isClosed = false;
  let callOff = (): void => undefined;
  let end = (): void => undefined;

  const comeBack = (): void => {
    if (state !== undefined && parts.now() - state.openedAtMs > STEADY_MS) failures = 0;
    state = undefined;
    if (isClosed) return;
    const longestMs = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** failures++);
    callOff = parts.schedule(connect, longestMs * (0.2 + 0.8 * parts.random()));
  };
  const giveUp = (): void => {
    end();
    comeBack();
  };
  const begin = (enc: Uint8Array): void => {
    const opened = openState(sealer, key, enc, parts.now());
    if (opened === undefined) {
      giveUp();
      return;
    }
    state = opened;
    void catchUp(parts, key, cps, receive).then((isWhole) => {
      opened.hasCaughtUp = isWhole;
    });
  };
  const take = (frame: Uint8Array): void => {
    const reply = state?.reader.open(frame);
    if (state === undefined || reply === undefined) {
      giveUp();
      return;
    }
    noteFlags(state, reply, parts.now());
    for (const { shard, blob } of reply.items) receive(shard, blob);
  };
  const connect = (): void => {
    const request = parts.streamRequest(key, new URL(cps).host);
    end = parts.source.open({ ...query, request }, { onBegin: begin, onFrame: take, onEnd: comeBack });
  };
  connect();
  return {
    get isOpen() {
      return state !== undefined;
    },
    isWhole() {
      if (state === undefined || state.isBehind || state.floodedUntilMs > parts.now()) return false;
      return state.hasCaughtUp || parts.now() - state.openedAtMs >= LIFETIME_MS;
    },
    close() {
      isClosed = true;
      callOff();
      end();
      state = undefined;
    },
  };
}

interface StreamState {
  readonly reader: StreamReader;
  readonly openedAtMs: number;
  hasCaughtUp: boolean;
  /** More waits at the CPS than the last frame had room for. */
  isBehind: boolean;
  floodedUntilMs: number;
}

function openState(
  sealer: StreamSealer,
  key: OwnKey,
  enc: Uint8Array,
  openedAtMs: number,
): StreamState | undefined {
  const reader = sealer.read(key.agreement, key.mailboxId, enc);
  return reader && { reader, openedAtMs, hasCaughtUp: false, isBehind: false, floodedUntilMs: 0 };
}

function noteFlags(state: StreamState, { hasLaterPage, isFlooded }: Reply, nowMs: number): void {
  state.isBehind = hasLaterPage;
  if (isFlooded) state.floodedUntilMs = nowMs + LIFETIME_MS;
}
