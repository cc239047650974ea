// The stream of a mailbox over HTTP: first the encapsulated key, then `cells` frames at each tick until one side ends it.
// A reader that falls behind is ended, since what it does not take would pile up here; so is one whose credential ended
// or was taken back. Nothing about a stream depends on what the mailbox holds.
//
//   GET /mailboxes/{mailboxId}/stream?cells=1..64&cadenceMs=100..5000   Authorization: Bearer <oob-stream+jwt>

import type { IncomingMessage, ServerResponse } from 'node:http';
import { SEALED_STREAM_TYPE, STREAM_CADENCE_MS, STREAM_CELLS } from '@oobleck/stir/mailbox';
import {
  answerProblems,
  type HttpProblem,
  liftResponseLimit,
  problem,
  unauthorized,
} from '../../http/index.ts';
import type { EventLog } from '../../operate/index.ts';
import type { MailboxStream, MailboxStreams, StreamOrder } from '../index.ts';
import { parsePath } from './deposit-request.ts';
import { startTicking, type TickClock } from './tick.ts';

export interface StreamFaceOptions {
  /** How often it is looked whether the owner still holds the mailbox, default 5000. */
  readonly checkMs?: number;
  readonly clock?: TickClock;
}

export interface StreamFace {
  /** Answers and says true, or says false and has touched nothing. */
  handle(request: IncomingMessage, response: ServerResponse): boolean;
  /** Ends all streams where a frame ends, and takes no new ones. */
  close(): void;
}

const STREAM_PATH = /^\/mailboxes\/([^/?]*)\/stream(?:\?(.*))?$/;
const RETRY_AFTER_SECONDS = '5';
/** Ticks that may wait for a reader. */
const TICKS_BEHIND = 2;

export function createStreamFace(
  streams: MailboxStreams,
  log: EventLog,
  options: StreamFaceOptions = {},
): StreamFace {
  const running = new Set<() => void>();
  let isClosed = false;
  const open = (request: IncomingMessage, response: ServerResponse, order: StreamOrder): void => {
    if (isClosed) throw refusal(response, 503, 'draining', 'This CPS is about to stop');
    const stream = openStream(streams, response, order);
    const end = runStream(stream, response, order, options);
    running.add(end);
    response.once('close', () => running.delete(end));
    request.resume();
  };
  return {
    handle(request, response) {
      const match = STREAM_PATH.exec(request.url ?? '');
      if (match === null) return false;
      void answerProblems(request, response, log, () => {
        if (request.method !== 'GET') {
          response.setHeader('allow', 'GET');
          throw problem(405, 'method-not-allowed', 'The method is not allowed here');
        }
        const { mailboxId } = parsePath({ mailboxId: match[1]!, shard: '0' });
        open(request, response, { mailboxId, ...readQuery(match[2] ?? ''), request: readBearer(request) });
      });
      return true;
    },
    close() {
      isClosed = true;
      for (const end of running) end();
    },
  };
}

/** @throws HttpProblem 401, 403, 429 */
function openStream(streams: MailboxStreams, response: ServerResponse, order: StreamOrder): MailboxStream {
  const opened = streams.open(order);
  if (opened.outcome === 'open') return opened.stream;
  if (opened.outcome === 'too-many')
    throw refusal(response, 429, 'too-many-streams', 'The signer has as many streams as it may have');
  if (opened.outcome === 'busy')
    throw refusal(response, 429, 'streams-busy', 'All streams together send as much as they may');
  if (opened.reason === 'not-owner')
    throw problem(403, 'not-owner', 'The signer has no credential in force for this mailbox');
  throw unauthorized('bad-stream-request', 'The request for a stream does not hold', 'Bearer', opened.reason);
}

function refusal(response: ServerResponse, status: number, slug: string, title: string): HttpProblem {
  response.setHeader('retry-after', RETRY_AFTER_SECONDS);
  return problem(status, slug, title);
}

/** @returns what ends it, where a frame ends */
function runStream(
  stream: MailboxStream,
  response: ServerResponse,
  { cadenceMs }: StreamOrder,
  { checkMs = 5_000, clock }: StreamFaceOptions,
): () => void {
  liftResponseLimit(response);
  response.writeHead(200, { 'content-type': SEALED_STREAM_TYPE, 'cache-control': 'no-store' });
  response.write(stream.enc);
  const ticksPerCheck = Math.max(1, Math.floor(checkMs / cadenceMs));
  let frames: Uint8Array = new Uint8Array(0);
  let ticks = 0;
  const end = (): void => {
    stopTicking();
    response.end();
  };
  const send = (): void => {
    if (response.writableLength > TICKS_BEHIND * stream.bytesPerTick) return void response.destroy();
    response.write(frames);
    if (++ticks % ticksPerCheck === 0 && !stream.isHeld()) end();
  };
  const prepare = (): void => {
    frames = stream.frames();
  };
  const stopTicking = startTicking({ prepare, send }, cadenceMs, clock);
  response.on('error', () => undefined);
  response.once('close', () => {
    stopTicking();
    stream.end();
  });
  return end;
}

/** @throws HttpProblem 400 */
function readQuery(query: string): { cells: number; cadenceMs: number } {
  const parts = new URLSearchParams(query);
  const cells = within(parts.get('cells'), STREAM_CELLS);
  const cadenceMs = within(parts.get('cadenceMs'), STREAM_CADENCE_MS);
  if (cells === undefined) throw problem(400, 'invalid-cells', 'cells is a number from 1 to 64');
  if (cadenceMs === undefined)
    throw problem(400, 'invalid-cadence', 'cadenceMs is a number from 100 to 5000');
  return { cells, cadenceMs };
}

function within(
  text: string | null,
  { minimum, maximum }: { readonly minimum: number; readonly maximum: number },
): number | undefined {
  if (text === null || !/^[0-9]{1,4}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= minimum && value <= maximum ? value : undefined;
}

/** @throws HttpProblem 401 */
function readBearer({ headers }: IncomingMessage): string {
  const bearer = /^Bearer ([A-Za-z0-9_.-]+)$/i.exec(headers.authorization ?? '');
  if (bearer === null)
    throw unauthorized('bad-stream-request', 'A stream is opened by a request of its owner', 'Bearer');
  return bearer[1]!;
}
