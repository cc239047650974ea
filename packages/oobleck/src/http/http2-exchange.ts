// A hot request over HTTP/2, on the stream itself: node's compatibility layer (its request and response) is never built.

import type { IncomingHttpHeaders } from 'node:http';
import { constants, type ServerHttp2Stream } from 'node:http2';
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
import { UNREAD_GRACE_MS } from './response-limit.ts';

const END = { endStream: true };
const { NGHTTP2_CANCEL, NGHTTP2_NO_ERROR } = constants;

export class Http2Exchange implements HotExchange, Receiving {
  readonly method: string;
  readonly target: string;
  readonly fields: IncomingHttpHeaders;
  dueAtMs: number;
  private readonly stream: ServerHttp2Stream;
  readonly context: ExchangeContext;
  private readonly further: FurtherFields;
  intake: BodyIntake | undefined;
  openAt = NOWHERE;
  /** Of the answer given here; 0 before. */
  status = 0;
  private form: ProblemForm = prepareProblem;

  constructor(
    stream: ServerHttp2Stream,
    fields: IncomingHttpHeaders,
    context: ExchangeContext,
    further: FurtherFields,
  ) {
    this.stream = stream;
    this.fields = fields;
    this.context = context;
    this.further = further;
    this.method = fields[':method'] as string;
    this.target = (fields[':path'] as string | undefined) ?? '';
    this.dueAtMs = context.open.now + context.responseTimeoutMs;
  }

  get socket(): Socket | undefined {
    return this.stream.session?.socket;
  }

  get isGone(): boolean {
    return this.stream.closed || this.stream.destroyed;
  }

  receiveBody(bounds: BodyBounds, receive: (body: Uint8Array) => void): void {
    const { stream, fields } = this;
    const announced = fields['content-length'];
    const length = announced === undefined ? undefined : Number(announced);
    if (length !== undefined && length > bounds.limitBytes) {
      this.refuse(TOO_LARGE);
      return;
    }
    if (fields.expect === '100-continue') stream.additionalHeaders({ ':status': 100 });
    this.intake = new BodyIntake(this, stream, length, bounds, receive);
  }

  answer({ status, fields }: PreparedAnswer, body?: Uint8Array | string): void {
    const { stream } = this;
    this.intake?.release();
    if (this.isGone || stream.headersSent) return;
    this.status = status;
    const pairs = [':status', String(status), ...fields, ...this.further];
    if (body === undefined || this.method === 'HEAD') {
      stream.respond(pairs, END);
      return;
    }
    stream.respond(pairs);
    stream.end(body);
  }

  refuseAs(form: ProblemForm): void {
    this.form = form;
  }

  refuse(error: unknown, fields: readonly string[] = []): void {
    const { answer, body } = this.form(problemOf(error, this.context.log), fields);
    const { stream } = this;
    this.intake?.release();
    if (this.isGone) return;
    if (stream.headersSent) {
      stream.close(NGHTTP2_CANCEL);
      return;
    }
    if (!stream.endAfterHeaders && !stream.readableEnded)
      this.dueAtMs = Math.min(this.dueAtMs, performance.now() + UNREAD_GRACE_MS);
    this.answer(answer, body);
  }

  /** Nobody waits any more. @returns the status of the answer, 0 where there was none */
  end(): number {
    this.context.open.remove(this);
    if (this.intake?.isReading === true) this.intake.release();
    return this.status || Number(this.stream.sentHeaders?.[':status'] ?? 0);
  }

  expire(): void {
    if (!this.stream.headersSent && isBodyOverdue(this)) return;
    this.stream.close(this.stream.writableFinished ? NGHTTP2_NO_ERROR : NGHTTP2_CANCEL);
  }
}
