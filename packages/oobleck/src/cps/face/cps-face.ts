// The hot routes of a CPS, HTTP/2 and HTTP/1.1 alike. Every retrieval is answered with 200 and the same headers, on a common beat, so
// that neither a status nor a time tells what a mailbox holds. Straight synchronous lines: only a store that waits
// makes promises.
//
//   POST /mailboxes/{mailboxId}/{shard}/passports
//   GET  /mailboxes/{mailboxId}/{shard}/passports?page=0&n=<16 random bytes>
//   POST /retractions
//   POST /deposits, where it is switched on

import { DEPOSITS_TYPE, MAXIMUM_RETRACTIONS, RETRACT_SECRET_BYTES } from '@oobleck/stir/mailbox';
import { BLOB_BYTES } from '@oobleck/stir/seal';
import {
  createWorkBatch,
  type HotExchange,
  type HotRoutes,
  problem,
  type WorkBatch,
} from '../../http/index.ts';
import type { CallPlacementService } from '../index.ts';
import { depositBatch, MAXIMUM_BATCH_BYTES, parseBatch } from './deposit-batch.ts';
import { REFUSALS } from './deposit-outcome.ts';
import { type MailboxPath, parsePath, readDepositHead, requireType } from './deposit-request.ts';
import { type DepositDesk, DepositTask, refuse } from './deposit-task.ts';
import { createReplyBeat, type ReplyBeat } from './reply-beat.ts';
import { RetractionTask } from './retraction-task.ts';
import { parseQuestion, RetrievalTask } from './retrieval-task.ts';

export interface CpsFaceOptions {
  /** Replies leave at multiples of this; default 5. */
  readonly beatMs?: number;
  /**
   * Beats that the work on a reply has, which leaves no sooner; default 1. A store that is waited for needs more, for a full
   * mailbox as for an empty one.
   */
  readonly workBeats?: number | undefined;
  /** The `WWW-Authenticate` field of a 401 (RFC 9577 Section 2.1): which tokens are taken. */
  readonly challenge?: string;
  /** Whether `POST /deposits` is there, default false. */
  readonly batchDeposits?: boolean;
  /** Whether there is no room for more deposits: then 503, and the same request again is taken. Asked at each. */
  readonly isFull?: () => boolean;
}

export type CpsFace = HotRoutes;

const MAILBOX_PATH = /^\/mailboxes\/([^/?]*)\/([^/?]*)\/passports(?:\?(.*))?$/;
const BODY_TIMEOUT_MS = 10_000;
const DEPOSIT_BODY = { limitBytes: BLOB_BYTES[1], timeoutMs: BODY_TIMEOUT_MS };
const BATCH_BODY = { limitBytes: MAXIMUM_BATCH_BYTES, timeoutMs: BODY_TIMEOUT_MS };
const RETRACTION_BODY = {
  limitBytes: MAXIMUM_RETRACTIONS * RETRACT_SECRET_BYTES,
  timeoutMs: BODY_TIMEOUT_MS,
};

interface Face extends DepositDesk {
  readonly service: CallPlacementService;
  readonly beat: ReplyBeat;
  /** And what takes them back, behind those that came before it. */
  readonly deposits: WorkBatch<DepositTask | RetractionTask>;
}

export function createCpsFace(service: CallPlacementService, options: CpsFaceOptions = {}): CpsFace {
  const face: Face = {
    service,
    beat: createReplyBeat(options.beatMs ?? 5, options.workBeats),
    deposits: createWorkBatch<DepositTask | RetractionTask>(
      (one) => one.judge(),
      (one) => one.place(),
      (one) => one.answer(),
    ),
    isFull: options.isFull ?? (() => false),
    challenge: options.challenge === undefined ? [] : ['www-authenticate', options.challenge],
  };
  const { batchDeposits = false } = options;
  return (exchange) => {
    const { target } = exchange;
    if (target.startsWith('/mailboxes/')) {
      const match = MAILBOX_PATH.exec(target);
      if (match === null) return false;
      atMailbox(face, exchange, { mailboxId: match[1]!, shard: match[2]! }, match[3] ?? '');
    } else if (target === '/retractions') retract(face, exchange);
    else if (batchDeposits && target === '/deposits') depositMany(face, exchange);
    else return false;
    return true;
  };
}

function atMailbox(face: Face, exchange: HotExchange, path: MailboxPath, query: string): void {
  if (exchange.method === 'POST') deposit(face, exchange, path);
  else if (isMethod(exchange, 'GET', 'GET, POST'))
    face.beat(new RetrievalTask(face.service, exchange, { ...parsePath(path), ...parseQuestion(query) }));
}

function deposit(face: Face, exchange: HotExchange, path: MailboxPath): void {
  const head = readDepositHead(exchange.fields, path);
  exchange.receiveBody(DEPOSIT_BODY, (blob) => face.deposits(new DepositTask(face, exchange, head, blob)));
}

function depositMany(face: Face, exchange: HotExchange): void {
  if (!isMethod(exchange, 'POST', 'POST')) return;
  requireType(exchange.fields['content-type'], DEPOSITS_TYPE);
  exchange.receiveBody(BATCH_BODY, (body) => {
    const items = parseBatch(body);
    if (face.isFull()) return refuse(exchange, REFUSALS.unavailable, face.challenge);
    depositBatch(
      face.service,
      items,
      (statuses) => sendStatuses(exchange, statuses),
      (error) => exchange.refuse(error),
    );
  });
}

function sendStatuses(exchange: HotExchange, statuses: Uint8Array): void {
  const fields = ['content-type', DEPOSITS_TYPE, 'content-length', String(statuses.length)];
  exchange.answer({ status: 200, fields: [...fields, 'cache-control', 'no-store'] }, statuses);
}

function retract({ service, deposits }: Face, exchange: HotExchange): void {
  if (!isMethod(exchange, 'POST', 'POST')) return;
  requireType(exchange.fields['content-type'], 'application/octet-stream');
  exchange.receiveBody(RETRACTION_BODY, (body) => {
    if (body.length === 0 || body.length % RETRACT_SECRET_BYTES !== 0)
      throw problem(422, 'invalid-length', 'The body is 1 to 64 secrets of 32 bytes');
    deposits(new RetractionTask(service, exchange, body));
  });
}

function isMethod(exchange: HotExchange, method: string, allowed: string): boolean {
  if (exchange.method === method) return true;
  exchange.refuse(problem(405, 'method-not-allowed', 'The method is not allowed here'), ['allow', allowed]);
  return false;
}
