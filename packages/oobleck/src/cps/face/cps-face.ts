// The hot routes of a CPS on node's own request and response, HTTP/2 and HTTP/1.1 alike. Every retrieval is answered
// with 200 and the same headers, on a common beat, so that neither a status nor a time tells what a mailbox holds.
//
//   POST /mailboxes/{mailboxId}/{shard}/passports
//   GET  /mailboxes/{mailboxId}/{shard}/passports?page=0&n=<16 random bytes>
//   POST /retractions

import type { IncomingMessage, ServerResponse } from 'node:http';
import { decodeBase64url } from '@oobleck/stir/bytes';
import { MAXIMUM_RETRACTIONS, RETRACT_SECRET_BYTES, SEALED_REPLY_TYPE } from '@oobleck/stir/mailbox';
import { NONCE_BYTES } from '@oobleck/stir/seal';
import { answerProblems, HttpProblem, problem, readBody } from '../../http/index.ts';
import type { EventLog } from '../../operate/index.ts';
import type { CallPlacementService, DepositOutcome } from '../index.ts';
import { type MailboxPath, parsePath, readDepositRequest, requireType } from './deposit-request.ts';
import { createReplyBeat } from './reply-beat.ts';

export interface CpsFaceOptions {
  /** Replies leave at multiples of this, one to two of it after the question; default 5. */
  readonly beatMs?: number;
  /** The `WWW-Authenticate` field of a 401 (RFC 9577 Section 2.1): which tokens are taken. */
  readonly challenge?: string;
}

/** Answers and says true, or says false and has touched nothing. */
export type CpsFace = (request: IncomingMessage, response: ServerResponse) => boolean;

const MAILBOX_PATH = /^\/mailboxes\/([^/?]*)\/([^/?]*)\/passports(?:\?(.*))?$/;
const MAXIMUM_PAGE = 65_535;
const BODY_TIMEOUT_MS = 10_000;

export function createCpsFace(
  service: CallPlacementService,
  log: EventLog,
  options: CpsFaceOptions = {},
): CpsFace {
  const beat = createReplyBeat(options.beatMs ?? 5);
  const answer = (request: IncomingMessage, response: ServerResponse, handle: () => Promise<void>): true => {
    void answerProblems(request, response, log, handle);
    return true;
  };
  return (request, response) => {
    const url = request.url ?? '';
    if (url === '/retractions') return answer(request, response, () => retract(service, request, response));
    const match = MAILBOX_PATH.exec(url);
    if (match === null) return false;
    const path = { mailboxId: match[1]!, shard: match[2]! };
    if (request.method === 'POST')
      return answer(request, response, () => deposit(service, request, response, path, options.challenge));
    return answer(request, response, async () => {
      requireMethod(request, response, 'GET', 'GET, POST');
      const question = { ...parsePath(path), ...parseQuery(match[3] ?? '') };
      sendReply(response, await beat(() => service.retrieve(question)));
    });
  };
}

async function deposit(
  service: CallPlacementService,
  request: IncomingMessage,
  response: ServerResponse,
  path: MailboxPath,
  challenge: string | undefined,
): Promise<void> {
  try {
    const outcome = await service.deposit(await readDepositRequest(request, path));
    const refusal = REFUSALS[outcome];
    if (refusal !== undefined) throw refusal();
    response.writeHead(201, { 'content-length': '0' }).end();
  } catch (error) {
    const isRefused = error instanceof HttpProblem && error.problem.status === 401;
    if (isRefused && challenge !== undefined) response.setHeader('www-authenticate', challenge);
    throw error;
  }
}

const REFUSALS: Record<DepositOutcome, (() => Error) | undefined> = {
  created: undefined,
  'bad-token': () =>
    problem(401, 'bad-token', 'The token is not one of an accepted issuer for this CPS and day'),
  'unknown-mailbox': () =>
    problem(404, 'unknown-mailbox', 'No key credential in force names this mailbox shard'),
  'token-spent': () => problem(409, 'token-spent', 'A token of the request was spent on another one'),
  'token-twice': () => problem(422, 'token-twice', 'One token stands twice in the request'),
  unavailable: () =>
    problem(503, 'unavailable', 'The deposit could not be stored now', 'The same request again is taken.'),
};

async function retract(
  service: CallPlacementService,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  requireMethod(request, response, 'POST', 'POST');
  requireType(request.headers['content-type'], 'application/octet-stream');
  const body = await readBody(request, MAXIMUM_RETRACTIONS * RETRACT_SECRET_BYTES, BODY_TIMEOUT_MS);
  if (body.length === 0 || body.length % RETRACT_SECRET_BYTES !== 0)
    throw problem(422, 'invalid-length', 'The body is 1 to 64 secrets of 32 bytes');
  const secrets = Array.from({ length: body.length / RETRACT_SECRET_BYTES }, (_, i) =>
    body.subarray(i * RETRACT_SECRET_BYTES, (i + 1) * RETRACT_SECRET_BYTES),
  );
  await service.retract(secrets);
  response.writeHead(204).end();
}

function sendReply(response: ServerResponse, reply: Uint8Array): void {
  response
    .writeHead(200, {
      'content-type': SEALED_REPLY_TYPE,
      'content-length': String(reply.length),
      'cache-control': 'no-store',
    })
    .end(reply);
}

/** @throws HttpProblem 400 */
function parseQuery(query: string): { page: number; nonce: Uint8Array } {
  const parts = new URLSearchParams(query);
  const page = parts.get('page') ?? '0';
  const nonce = parts.get('n') ?? '';
  if (!/^[0-9]{1,5}$/.test(page) || Number(page) > MAXIMUM_PAGE)
    throw problem(400, 'invalid-page', 'page is a number from 0 to 65535');
  if (!/^[A-Za-z0-9_-]{22}$/.test(nonce)) throw problem(400, 'invalid-nonce', 'n is 16 bytes in base64url');
  return { page: Number(page), nonce: decodeNonce(nonce) };
}

function decodeNonce(text: string): Uint8Array {
  try {
    const nonce = decodeBase64url(text);
    if (nonce.length === NONCE_BYTES) return nonce;
  } catch {
    // falls through: not canonical
  }
  throw problem(400, 'invalid-nonce', 'n is 16 bytes in base64url');
}

function requireMethod(
  request: IncomingMessage,
  response: ServerResponse,
  method: string,
  allowed: string,
): void {
  if (request.method === method) return;
  response.setHeader('allow', allowed);
  throw problem(405, 'method-not-allowed', 'The method is not allowed here');
}
