// An answer without end over a dispatcher: its head within a deadline, then its bytes as they come, until somebody ends
// it or nothing has come for too long. Holds no bytes itself; whoever receives them bounds what is kept.

import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { HttpFailure } from './http-failure.ts';
import { parseSafeUrl, type UrlRules } from './safe-url.ts';

export interface StreamOrder {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** For name, connection and head. */
  readonly deadlineMs: number;
  /** So long without a byte ends it. */
  readonly silenceMs: number;
}

export interface StreamReceiver {
  /** Once, before anything else. @returns whether the answer is one to be read; if not, it ends */
  onHead(status: number, headers: IncomingHttpHeaders): boolean;
  onBytes(bytes: Uint8Array): void;
  /** Once, whatever happened, unless it was ended from here. */
  onEnd(failure: HttpFailure | undefined): void;
}

/** @returns what ends it @throws HttpFailure for a URL that is not asked */
export function openStream(
  dispatcher: Dispatcher,
  rules: UrlRules,
  order: StreamOrder,
  receiver: StreamReceiver,
): () => void {
  const url = parseSafeUrl(order.url, rules);
  const state = createStreamState(order, receiver);
  dispatcher.dispatch(
    {
      origin: url.origin,
      path: url.pathname + url.search,
      method: 'GET',
      headers: { 'accept-encoding': 'identity', ...order.headers },
    },
    state.handler,
  );
  return state.end;
}

function createStreamState({ deadlineMs, silenceMs }: StreamOrder, receiver: StreamReceiver) {
  let controller: Dispatcher.DispatchController | undefined;
  let isOver = false;
  const finish = (failure: HttpFailure | undefined, tell: boolean): void => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    controller?.abort(failure ?? new HttpFailure('protocol', 'the stream was ended'));
    if (tell) receiver.onEnd(failure);
  };
  const overdue = (): void => finish(new HttpFailure('deadline', 'nothing came within the deadline'), true);
  let timer = setTimeout(overdue, deadlineMs);
  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(started) {
      controller = started;
      if (isOver) started.abort(new HttpFailure('protocol', 'the stream was ended'));
    },
    onResponseStart(_controller, status, headers) {
      if (isOver || status < 200) return;
      clearTimeout(timer);
      timer = setTimeout(overdue, silenceMs);
      if (!receiver.onHead(status, headers))
        finish(new HttpFailure('protocol', 'the answer is not a stream'), true);
    },
    onResponseData(_controller, chunk) {
      if (isOver) return;
      timer.refresh();
      receiver.onBytes(chunk);
    },
    onResponseEnd: () => finish(undefined, true),
    onResponseError: (_controller, cause) =>
      finish(new HttpFailure('protocol', 'the stream broke off', { cause }), true),
  };
  return { handler, end: () => finish(undefined, false) };
}
