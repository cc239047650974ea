// How a stream travels from a CPS over HTTPS: its bytes are cut into the encapsulated key and frames. A CPS that is silent
// for several ticks, sends faster than was asked for, or something else than a stream, is left.

import { encodeBase64url } from '@oobleck/stir/bytes';
import { SEALED_STREAM_TYPE } from '@oobleck/stir/mailbox';
import type { StreamListener, StreamQuery, StreamSource } from '../../verification/index.ts';
import type { StreamingClient } from '../index.ts';

const ENC_BYTES = 32;
const DEADLINE_MS = 10_000;
const SHORTEST_SILENCE_MS = 2_000;
const SILENT_TICKS = 5;
/** Ticks that may come at once after a hold-up. */
const TICKS_AHEAD = 50;

export function createStreamSource(client: StreamingClient, now = () => performance.now()): StreamSource {
  return {
    open(query, listener) {
      let end = (): void => undefined;
      let isOver = false;
      const stop = (): void => {
        isOver = true;
        end();
      };
      const leave = (): void => {
        if (isOver) return;
        stop();
        listener.onEnd();
      };
      const cutter = createCutter(query, listener, now, leave, () => isOver);
      try {
        end = client.openStream(orderOf(query), {
          onHead: (status, headers) => status === 200 && headers['content-type'] === SEALED_STREAM_TYPE,
          onBytes: cutter,
          onEnd: leave,
        });
      } catch {
        queueMicrotask(leave);
      }
      return stop;
    },
  };
}

function orderOf({ cps, mailboxId, request, cells, cadenceMs }: StreamQuery) {
  return {
    url: `${cps}/mailboxes/${encodeBase64url(mailboxId)}/stream?cells=${cells}&cadenceMs=${cadenceMs}`,
    headers: { accept: SEALED_STREAM_TYPE, authorization: `Bearer ${request}` },
    deadlineMs: DEADLINE_MS,
    silenceMs: Math.max(SHORTEST_SILENCE_MS, SILENT_TICKS * cadenceMs),
  };
}

/** Keeps no more than one frame. */
function createCutter(
  { cells, cadenceMs, frameBytes }: StreamQuery,
  { onBegin, onFrame }: StreamListener,
  now: () => number,
  leave: () => void,
  isOver: () => boolean,
): (bytes: Uint8Array) => void {
  const startedMs = now();
  let piece = new Uint8Array(ENC_BYTES);
  let filled = 0;
  let frames = -1;
  const isTooFast = (): boolean => frames > cells * ((now() - startedMs) / cadenceMs + TICKS_AHEAD);
  const hand = (): void => {
    if (++frames === 0) onBegin(piece);
    else if (isTooFast()) leave();
    else onFrame(piece);
    piece = new Uint8Array(frameBytes);
    filled = 0;
  };
  return (bytes) => {
    for (let at = 0; at < bytes.length && !isOver(); ) {
      const length = Math.min(bytes.length - at, piece.length - filled);
      piece.set(bytes.subarray(at, at + length), filled);
      at += length;
      filled += length;
      if (filled === piece.length) hand();
    }
  };
}
