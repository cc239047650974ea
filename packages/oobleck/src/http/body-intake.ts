// The body of a hot request: no more than allowed, in one buffer. What comes in one piece is not copied; what comes in several is put
// together in memory that is lent until the request is answered. The listeners are the same for all requests and find theirs by a
// property of the source, which is taken away again: node keeps a stream long after it has closed, and all that hangs on it.

import type { Readable } from 'node:stream';
import type { BodyBounds, ExchangeContext, HotExchange } from './hot-exchange.ts';
import { LENT_BYTES } from './lent-memory.ts';
import type { OpenExchange } from './open-exchanges.ts';
import { TIMED_OUT, TOO_LARGE } from './problem.ts';

/** An exchange whose body is, or is not, being read. */
export interface Receiving extends HotExchange, OpenExchange {
  dueAtMs: number;
  /** From the first look at the body to the answer. */
  intake: BodyIntake | undefined;
  readonly context: ExchangeContext;
}

const INTAKE = Symbol('intake');

interface BodySource extends Readable {
  [INTAKE]?: BodyIntake | undefined;
}

const EMPTY = new Uint8Array(0);
const SMALL = 16_384;

export class BodyIntake {
  isReading = true;
  private readonly exchange: Receiving;
  private readonly source: BodySource;
  private readonly announced: number | undefined;
  private readonly limitBytes: number;
  private readonly receive: (body: Uint8Array) => void;
  private readonly answerBy: number;
  private bytes: Uint8Array = EMPTY;
  private length = 0;
  private lent: Uint8Array | undefined;

  /** @param announced by `content-length`, not above the limit */
  constructor(
    exchange: Receiving,
    source: Readable,
    announced: number | undefined,
    { limitBytes, timeoutMs }: BodyBounds,
    receive: (body: Uint8Array) => void,
  ) {
    this.exchange = exchange;
    this.source = source;
    this.announced = announced;
    this.limitBytes = limitBytes;
    this.receive = receive;
    this.answerBy = exchange.dueAtMs;
    exchange.dueAtMs = Math.min(this.answerBy, exchange.context.open.now + timeoutMs);
    this.source[INTAKE] = this;
    source.on('data', onData).on('end', onEnd);
  }

  take(piece: Uint8Array): void {
    const needed = this.length + piece.length;
    if (needed > this.limitBytes) {
      this.source.pause();
      this.exchange.refuse(TOO_LARGE);
      return;
    }
    if (this.length === 0 && (this.announced ?? 0) <= piece.length) this.bytes = piece;
    else this.put(piece, needed);
    this.length = needed;
  }

  finish(): void {
    const { exchange } = this;
    this.stop();
    exchange.dueAtMs = this.answerBy;
    try {
      this.receive(this.bytes.subarray(0, this.length));
    } catch (error) {
      exchange.refuse(error);
    }
  }

  /** Nothing more is received. */
  stop(): void {
    this.isReading = false;
    this.source[INTAKE] = undefined;
  }

  /** Nobody looks at the body any more. */
  release(): void {
    if (this.isReading) this.stop();
    if (this.lent !== undefined) this.exchange.context.memory.giveBack(this.lent);
    this.lent = undefined;
    this.bytes = EMPTY;
  }

  /** Behind what came before; what came first perhaps lies in a buffer of node's, full to its end. */
  private put(piece: Uint8Array, needed: number): void {
    if (
      this.lent === undefined
        ? this.bytes.length < needed || this.length === this.bytes.length
        : needed > LENT_BYTES
    )
      this.move(needed);
    this.bytes.set(piece, this.length);
  }

  /**
   * To a buffer with room for more: all that was announced, but never much more than has come, so that announcing much and sending
   * little takes no memory.
   */
  private move(needed: number): void {
    const { memory } = this.exchange.context;
    const before = this.bytes;
    const lent = this.lent;
    this.lent = lent === undefined && needed <= LENT_BYTES ? memory.take() : undefined;
    const most = this.announced ?? this.limitBytes;
    this.bytes = this.lent ?? new Uint8Array(Math.max(needed, Math.min(most, Math.max(SMALL, 2 * needed))));
    this.bytes.set(before.subarray(0, this.length));
    if (lent !== undefined) memory.giveBack(lent);
  }
}

function onData(this: BodySource, piece: Uint8Array): void {
  this[INTAKE]?.take(piece);
}

function onEnd(this: BodySource): void {
  this[INTAKE]?.finish();
}

/** Where it is the body that is overdue, says so to the client, which has time to take that answer. */
export function isBodyOverdue(exchange: Receiving): boolean {
  if (exchange.intake?.isReading !== true) return false;
  const { open, responseTimeoutMs } = exchange.context;
  exchange.intake.stop();
  exchange.dueAtMs = open.now + responseTimeoutMs;
  open.add(exchange);
  exchange.refuse(TIMED_OUT);
  return true;
}
