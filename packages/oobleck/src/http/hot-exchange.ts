// A request on a hot route and its one answer, of HTTP/2 or HTTP/1.1 alike: what a route sees instead of node's own request and
// response, which cost more than the work itself. No promise, no copy of the fields, no timer of its own: the server's one sweep
// (`open-exchanges.ts`) ends what is overdue.

import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import type { EventLog } from '../operate/index.ts';
import type { LentMemory } from './lent-memory.ts';
import type { OpenExchanges } from './open-exchanges.ts';
import type { Problem } from './problem.ts';

/** An answer's status and fields, put together once. */
export interface PreparedAnswer {
  readonly status: number;
  /** name, value, name, value... in lower case. */
  readonly fields: readonly string[];
}

export interface BodyBounds {
  readonly limitBytes: number;
  /** From now to its last byte. */
  readonly timeoutMs: number;
}

export interface HotExchange {
  readonly method: string;
  /** Path and query, as they came. */
  readonly target: string;
  /** Names in lower case. */
  readonly fields: IncomingHttpHeaders;
  /** The connection; over TLS it knows the client's certificate. */
  readonly socket: Socket | undefined;
  /** Whether nobody waits for an answer any more. */
  readonly isGone: boolean;
  /**
   * Gives the body, whole, to `receive`, once; what it throws is answered as `refuse` does. A body that is too long, too slow or cut
   * off is refused here (413, 408) and never received. The bytes are lent until the exchange is answered or refused, perhaps as a view
   * of a larger buffer that others share: whoever keeps them longer makes a copy.
   */
  receiveBody(bounds: BodyBounds, receive: (body: Uint8Array) => void): void;
  /** Once; without effect where nobody waits. Text leaves in one piece with the fields over HTTP/1.1, bytes behind them. */
  answer(prepared: PreparedAnswer, body?: Uint8Array | string): void;
  /** Answers with a problem document for whatever was thrown. @param fields further ones of the answer */
  refuse(error: unknown, fields?: readonly string[]): void;
  /** Whatever is refused from now on is told in this form instead of a problem document. */
  refuseAs(form: ProblemForm): void;
}

/** A problem as an answer. @param fields further ones: name, value, ... */
export type ProblemForm = (
  problem: Problem,
  fields: readonly string[],
) => { readonly answer: PreparedAnswer; readonly body: Uint8Array };

/** Takes the exchange and says true, or says false and has touched nothing. */
export type HotRoutes = (exchange: HotExchange) => boolean;

/** @param fields in lower case */
export function prepareAnswer(status: number, fields: Readonly<Record<string, string>> = {}): PreparedAnswer {
  return { status, fields: Object.entries(fields).flat() };
}

/** What all exchanges of a server share. */
export interface ExchangeContext {
  readonly log: EventLog;
  readonly open: OpenExchanges;
  readonly memory: LentMemory;
  readonly responseTimeoutMs: number;
  /** Told of each answer once it is over; a status of 0 where there was none. */
  readonly onAnswered?: ((target: string, status: number) => void) | undefined;
}

/** name, value, ... that each answer to one request carries beside its own. */
export type FurtherFields = readonly string[];
