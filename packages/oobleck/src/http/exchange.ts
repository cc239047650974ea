// One request and its response over a dispatcher: the deadline, the size limit and the names of what went wrong.

import type { IncomingHttpHeaders } from 'node:http';
import { concatBytes } from '@oobleck/stir/bytes';
import type { Dispatcher } from 'undici';
import { afterInput } from '../call/index.ts';
import { HttpFailure, type HttpFailureCode } from './http-failure.ts';

export interface HttpReply {
  readonly status: number;
  /** Names in lower case; several fields of one name joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** The URL that answered, after redirects. */
  readonly url: string;
}

export interface Exchange {
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly deadlineMs: number;
  readonly maxResponseBytes: number;
}

/** @throws HttpFailure */
export function exchange(dispatcher: Dispatcher, url: URL, request: Exchange): Promise<HttpReply> {
  return new Promise((resolve, reject) => {
    const collector = createCollector(url, request, resolve, reject);
    if (collector.isSettled()) return;
    dispatcher.dispatch(
      {
        origin: url.origin,
        path: url.pathname + url.search,
        method: request.method,
        headers: { 'accept-encoding': 'identity', ...request.headers },
        body: request.body ?? null,
      },
      collector.handler,
    );
  });
}

interface Collector {
  readonly handler: Dispatcher.DispatchHandler;
  isSettled(): boolean;
}

function createCollector(
  url: URL,
  request: Exchange,
  resolve: (reply: HttpReply) => void,
  reject: (failure: HttpFailure) => void,
): Collector {
  let controller: Dispatcher.DispatchController | undefined;
  let failure: HttpFailure | undefined;
  let timer: NodeJS.Timeout | undefined;
  let callOff = (): void => undefined;
  const endWait = (): void => {
    clearTimeout(timer);
    callOff();
  };
  const fail = (reason: HttpFailure) => {
    if (failure !== undefined) return;
    failure = reason;
    endWait();
    reject(reason);
    controller?.abort(reason);
  };
  const overdue = () => fail(new HttpFailure('deadline', 'no whole answer within the deadline'));
  const tooLarge = () => fail(new HttpFailure('too-large', 'the answer is larger than allowed'));
  if (request.deadlineMs <= 0) overdue();
  else {
    const dueAtMs = performance.now() + request.deadlineMs;
    timer = setTimeout(() => {
      callOff = afterInput(overdue, dueAtMs);
    }, request.deadlineMs);
  }

  let status = 0;
  let headers: Record<string, string> = {};
  let length = 0;
  const chunks: Uint8Array[] = [];
  return {
    isSettled: () => failure !== undefined,
    handler: {
      onRequestStart(started) {
        controller = started;
        if (failure !== undefined) started.abort(failure);
      },
      onResponseStart(_controller, statusCode, fields) {
        if (statusCode < 200) return;
        status = statusCode;
        headers = joinFields(fields);
        if (Number(headers['content-length']) > request.maxResponseBytes && request.method !== 'HEAD')
          tooLarge();
      },
      onResponseData(_controller, chunk) {
        length += chunk.length;
        if (length > request.maxResponseBytes) tooLarge();
        else if (failure === undefined) chunks.push(chunk);
      },
      onResponseEnd() {
        if (failure !== undefined) return;
        endWait();
        resolve({ status, headers, body: concatBytes(...chunks), url: url.href });
      },
      onResponseError: (_controller, error) => fail(asFailure(error, url, controller !== undefined)),
    },
  };
}

function joinFields(fields: IncomingHttpHeaders): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(fields))
    if (value !== undefined) headers[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  return headers;
}

const CONNECT_CODES =
  /^(E(CONNREFUSED|CONNRESET|CONNABORTED|HOSTUNREACH|HOSTDOWN|NETUNREACH|NETDOWN|TIMEDOUT|NOTFOUND|AI_|ADDRNOTAVAIL|ACCES|PERM|INVAL|PIPE)|ENODATA|UND_ERR_CONNECT_TIMEOUT)/;
const TLS_CODES =
  /^(ERR_TLS_|ERR_SSL_|EPROTO$|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|CRL_|INVALID_(CA|PURPOSE)|HOSTNAME_MISMATCH|PATH_LENGTH_EXCEEDED)/;

function asFailure(error: Error, url: URL, wasSent: boolean): HttpFailure {
  for (let inner: unknown = error; inner instanceof Error; inner = inner.cause)
    if (inner instanceof HttpFailure) return inner;
  const failureCode = codeOf(error, wasSent);
  return new HttpFailure(failureCode, `${failureCode} failure with ${url.host}`, { cause: error });
}

function codeOf(error: Error & { code?: unknown }, wasSent: boolean): HttpFailureCode {
  const code = typeof error.code === 'string' ? error.code : '';
  if (TLS_CODES.test(code)) return 'tls';
  return !wasSent && CONNECT_CODES.test(code) ? 'connect' : 'protocol';
}
