// A hot request over HTTP/1.1, on node's own request and response.

import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { BodyIntake, isBodyOverdue, type Receiving } from './body-intake.ts';
import type {
  BodyBounds,
  ExchangeContext,
  FurtherFields,
  HotExchange,
  PreparedAnswer,
  ProblemForm,
} from './hot-exchange.ts';
import { NOWHERE } from './open-exchanges.ts';
import { prepareProblem, problemOf, TOO_LARGE } from './problem.ts';

export class Http1Exchange implements HotExchange, Receiving {
  readonly method: string;
  readonly target: string;
  readonly fields: IncomingHttpHeaders;
  dueAtMs: number;
  private readonly request: IncomingMessage;
  private readonly response: ServerResponse;
  readonly context: ExchangeContext;
  private readonly further: FurtherFields;
  intake: BodyIntake | undefined;
  openAt = NOWHERE;
  private form: ProblemForm = prepareProblem;

  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    context: ExchangeContext,
    further: FurtherFields,
  ) {
    this.request = request;
    this.response = response;
    this.context = context;
    this.further = further;
    this.method = request.method ?? '';
    this.target = request.url ?? '';
    this.fields = request.headers;
    this.dueAtMs = context.open.now + context.responseTimeoutMs;
  }

  get socket(): Socket {
    return this.request.socket;
  }

  get isGone(): boolean {
    return this.response.closed || this.response.destroyed;
  }

  receiveBody(bounds: BodyBounds, receive: (body: Uint8Array) => void): void {
    const announced = this.fields['content-length'];
    const length = announced === undefined ? undefined : Number(announced);
    if (length !== undefined && length > bounds.limitBytes) this.refuse(TOO_LARGE);
    else this.intake = new BodyIntake(this, this.request, length, bounds, receive);
  }

  answer({ status, fields }: PreparedAnswer, body?: Uint8Array | string): void {
    const { response } = this;
    this.intake?.release();
    if (this.isGone || response.headersSent) return;
    const all = this.further.length === 0 ? fields : [...fields, ...this.further];
    response.writeHead(status, all as string[]).end(body); // node only reads them
  }

  refuseAs(form: ProblemForm): void {
    this.form = form;
  }

  refuse(error: unknown, fields: readonly string[] = []): void {
    const { answer, body } = this.form(problemOf(error, this.context.log), fields);
    const { request, response } = this;
    if (response.headersSent) {
      this.intake?.release();
      response.destroy();
      return;
    }
    if (!request.complete && hasBody(this.fields)) response.setHeader('connection', 'close');
    this.answer(answer, body);
  }

  /** Nobody waits any more. @returns the status of the answer, 0 where there was none */
  end(): number {
    this.context.open.remove(this);
    if (this.intake?.isReading === true) this.intake.release();
    return this.response.headersSent ? this.response.statusCode : 0;
  }

  expire(): void {
    if (!this.response.headersSent && isBodyOverdue(this)) return;
    this.response.destroy();
  }
}

/** RFC 9112 Section 6: what has neither field is complete with its head, whether the parser has said so already or not. */
function hasBody(fields: IncomingHttpHeaders): boolean {
  return fields['transfer-encoding'] !== undefined || (fields['content-length'] ?? '0') !== '0';
}
