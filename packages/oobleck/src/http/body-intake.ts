// The body of a hot request: no more than allowed, in one buffer. What comes in one piece is not copied; where the length was
// announced, the pieces are put straight where they belong.

import type { Readable } from 'node:stream';
import type { BodyBounds, ExchangeContext, HotExchange } from './hot-exchange.ts';
import type { OpenExchange } from './open-exchanges.ts';
import { TIMED_OUT, TOO_LARGE } from './problem.ts';

/** An exchange whose body is, or is not, being read. */
export interface Receiving extends HotExchange, OpenExchange {
  dueAtMs: number;
  isReading: boolean;
  readonly context: ExchangeContext;
}

/** @param announced by `content-length`, not above the limit */
export function receiveWithin(
  exchange: Receiving,
  source: Readable,
  announced: number | undefined,
  { limitBytes, timeoutMs }: BodyBounds,
  receive: (body: Uint8Array) => void,
): void {
  const answerBy = exchange.dueAtMs;
  let pieces: Uint8Array | undefined;
  let length = 0;
  const onData = (piece: Uint8Array): void => {
    if (length + piece.length > limitBytes) {
      tooLarge();
      return;
    }
    pieces = pieces === undefined ? piece : join(pieces, length, piece, announced ?? limitBytes);
    length += piece.length;
  };
  const tooLarge = (): void => {
    source.off('data', onData).off('end', onEnd);
    source.pause();
    exchange.refuse(TOO_LARGE);
  };
  const onEnd = (): void => {
    if (!exchange.isReading) return; // refused already for being late
    exchange.isReading = false;
    exchange.dueAtMs = answerBy;
    try {
      receive(pieces === undefined ? EMPTY : pieces.subarray(0, length));
    } catch (error) {
      exchange.refuse(error);
    }
  };
  exchange.isReading = true;
  exchange.dueAtMs = Math.min(answerBy, exchange.context.open.now + timeoutMs);
  source.on('data', onData).on('end', onEnd);
}

/** Where it is the body that is overdue, says so to the client, which has time to take that answer. */
export function isBodyOverdue(exchange: Receiving): boolean {
  if (!exchange.isReading) return false;
  const { open, responseTimeoutMs } = exchange.context;
  exchange.isReading = false;
  exchange.dueAtMs = open.now + responseTimeoutMs;
  open.add(exchange);
  exchange.refuse(TIMED_OUT);
  return true;
}

const EMPTY = new Uint8Array(0);
const SMALL = 16_384;

/**
 * What came before and the next piece, from the second one on in a buffer with room for more: all that was announced, but never
 * much more than has come, so that announcing much and sending little takes no memory.
 */
function join(before: Uint8Array, length: number, piece: Uint8Array, most: number): Uint8Array {
  const needed = length + piece.length;
  if (before.length >= needed && length !== before.length) return setAt(before, length, piece);
  const whole = new Uint8Array(Math.max(needed, Math.min(most, Math.max(SMALL, 2 * needed))));
  whole.set(before.subarray(0, length));
  return setAt(whole, length, piece);
}

function setAt(whole: Uint8Array, at: number, piece: Uint8Array): Uint8Array {
  whole.set(piece, at);
  return whole;
}
