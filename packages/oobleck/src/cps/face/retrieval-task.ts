// One question to a mailbox and its sealed reply, between two ticks of the beat.

import { decodeBase64url } from '@oobleck/stir/bytes';
import { REPLY_BYTES, SEALED_REPLY_TYPE } from '@oobleck/stir/mailbox';
import { NONCE_BYTES } from '@oobleck/stir/seal';
import { type HotExchange, type PreparedAnswer, prepareAnswer, problem } from '../../http/index.ts';
import type { CallPlacementService, RetrieveRequest } from '../index.ts';
import type { BeatTask } from './reply-beat.ts';

const MAXIMUM_PAGE = 65_535;
/** As clients of this version write it: page first, then the nonce. */
const USUAL_QUERY = /^page=([0-9]{1,5})&n=([A-Za-z0-9_-]{22})$/;
/** By length of the reply: the same for every mailbox of one form. */
const REPLIES = new Map(REPLY_BYTES.map((length) => [length, prepareReply(length)] as const));

export class RetrievalTask implements BeatTask {
  private readonly service: CallPlacementService;
  private readonly exchange: HotExchange;
  private readonly question: RetrieveRequest;
  private reply: Uint8Array | undefined;

  constructor(service: CallPlacementService, exchange: HotExchange, question: RetrieveRequest) {
    this.service = service;
    this.exchange = exchange;
    this.question = question;
  }

  make(): Promise<void> | void {
    if (this.exchange.isGone) return undefined;
    const reply = this.service.retrieve(this.question);
    if (reply instanceof Promise) return reply.then((sealed) => this.take(sealed));
    this.reply = reply;
    return undefined;
  }

  leave(): void {
    const { reply } = this;
    if (reply !== undefined)
      this.exchange.answer(REPLIES.get(reply.length) ?? prepareReply(reply.length), reply);
  }

  fail(error: unknown): void {
    this.exchange.refuse(error);
  }

  private take(sealed: Uint8Array): void {
    this.reply = sealed;
  }
}

function prepareReply(length: number): PreparedAnswer {
  return prepareAnswer(200, {
    'content-type': SEALED_REPLY_TYPE,
    'content-length': String(length),
    'cache-control': 'no-store',
  });
}

/** @throws HttpProblem 400 */
export function parseQuestion(query: string): { page: number; nonce: Uint8Array } {
  const usual = USUAL_QUERY.exec(query);
  const parts = usual === null ? new URLSearchParams(query) : undefined;
  const page = usual?.[1] ?? parts?.get('page') ?? '0';
  const nonce = usual?.[2] ?? parts?.get('n') ?? '';
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
