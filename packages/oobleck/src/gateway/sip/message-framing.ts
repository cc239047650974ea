// Messages out of a stream (RFC 3261 Section 18.3): the header to its empty line, then as many octets as Content-Length
// says. Where that cannot be told, what follows cannot be read either and the connection ends. Empty lines between
// messages keep it alive (RFC 5626 Section 4.4.1).

import { Piece } from './piece.ts';
import { contentLength } from './request.ts';
import { MAXIMUM_HEADER_BYTES, type ScannedMessage, scanMessage } from './scan-message.ts';
import { SipFault } from './sip-fault.ts';

export interface FramingEvents {
  readonly message: (scanned: ScannedMessage) => void;
  /** Two empty lines: the other side asks whether somebody is there. */
  readonly ping: () => void;
  /** Nothing more can be read. */
  readonly end: () => void;
}

export interface MessageFraming {
  push(chunk: Buffer): void;
  /** Whether a message has begun that is not complete. */
  isWithinMessage(): boolean;
}

const END_OF_HEADER = '\r\n\r\n';
const [RETURN, FEED] = [0x0d, 0x0a];

interface State {
  held: Buffer;
  start: number;
  end: number;
  /** From `start`; up to there no end of the header was found. */
  searched: number;
  head: { readonly scanned: ScannedMessage; readonly bytes: number; readonly bodyBytes: number } | undefined;
  isOver: boolean;
}

export function createMessageFraming(events: FramingEvents): MessageFraming {
  const state: State = {
    held: Buffer.alloc(0),
    start: 0,
    end: 0,
    searched: 0,
    head: undefined,
    isOver: false,
  };
  return {
    push(chunk) {
      append(state, chunk);
      while (!state.isOver && takeOne(state, events));
    },
    isWithinMessage: () => state.end > state.start,
  };
}

/** Doubles where it is short, so that a message in single octets is not copied again and again. */
function append(state: State, chunk: Buffer): void {
  const used = state.end - state.start;
  if (used === 0) {
    Object.assign(state, { held: chunk, start: 0, end: chunk.length });
    return;
  }
  if (state.end + chunk.length > state.held.length) {
    const grown = Buffer.allocUnsafe(2 * (used + chunk.length));
    state.held.copy(grown, 0, state.start, state.end);
    Object.assign(state, { held: grown, start: 0, end: used });
  }
  chunk.copy(state.held, state.end);
  state.end += chunk.length;
}

/** @returns whether there may be another one */
function takeOne(state: State, events: FramingEvents): boolean {
  if (state.head === undefined) {
    skipEmptyLines(state, events);
    if (!findHead(state, events)) return false;
  }
  const { scanned, bytes, bodyBytes } = state.head!;
  if (state.end - state.start < bytes + bodyBytes) return false;
  const bodyStart = state.start + bytes;
  const body = new Piece(state.held, bodyStart, bodyStart + bodyBytes);
  advance(state, bytes + bodyBytes);
  events.message({ ...scanned, body });
  return state.end > state.start;
}

function skipEmptyLines(state: State, events: FramingEvents): void {
  const { held } = state;
  let lines = 0;
  while (state.end - state.start >= 2 && held[state.start] === RETURN && held[state.start + 1] === FEED) {
    state.start += 2;
    lines++;
  }
  if (lines >= 2) events.ping();
}

/** @returns whether the header is complete and says how long the body is */
function findHead(state: State, events: FramingEvents): boolean {
  const size = state.end - state.start;
  const view = state.held.subarray(state.start, state.end);
  const found = view.indexOf(END_OF_HEADER, Math.max(0, state.searched - 3), 'latin1');
  if (found === -1) {
    state.searched = size;
    if (size > MAXIMUM_HEADER_BYTES) stop(state, events);
    return false;
  }
  const bytes = found + END_OF_HEADER.length;
  const scanned = withLength(scanMessage(view.subarray(0, bytes)));
  if (scanned.bodyBytes !== undefined) {
    state.head = { scanned: scanned.message, bytes, bodyBytes: scanned.bodyBytes };
    return true;
  }
  events.message(scanned.message);
  stop(state, events);
  return false;
}

function withLength(message: ScannedMessage): {
  readonly message: ScannedMessage;
  readonly bodyBytes?: number;
} {
  try {
    const bodyBytes = contentLength(message.fields);
    if (message.fault !== undefined) return { message };
    return bodyBytes === undefined
      ? { message: { ...message, fault: 'no Content-Length on a stream' } }
      : { message, bodyBytes };
  } catch (error) {
    if (error instanceof SipFault) return { message };
    throw error;
  }
}

function advance(state: State, bytes: number): void {
  state.start += bytes;
  state.searched = 0;
  state.head = undefined;
}

function stop(state: State, events: FramingEvents): void {
  state.isOver = true;
  state.start = state.end;
  events.end();
}
