// Call Placement Service, sealed profile (RFC 8816 Sections 6 and 7): takes sealed PASSporTs from anybody who spends a
// token, and answers every retrieval with one reply sealed to the mailbox's key. It cannot read what it stores, and no
// answer depends on what a mailbox holds.

import { createByteWriter, encodeBase64url } from '@oobleck/stir/bytes';
import { KEY_KEPT_SECONDS } from '@oobleck/stir/credential';
import type { Crypto } from '@oobleck/stir/crypto';
import {
  encodeAddress,
  type Lifetime,
  type MailboxForm,
  REPLY_BYTES,
  retractHash,
} from '@oobleck/stir/mailbox';
import { createReplySealer, type ReplySealer, SUITE_X25519 } from '@oobleck/stir/seal';
import type { Token } from '@oobleck/stir/token';
import type { AcceptedToken, SpentTokens, TokenVerifier } from '../issuer/index.ts';
import type { MailboxStore } from './mailbox-store.ts';
import type { MailboxRegistry } from './parts.ts';
import { replyPage } from './reply-page.ts';

export interface CallPlacementParts {
  readonly crypto: Crypto;
  readonly mailboxes: MailboxRegistry;
  readonly store: MailboxStore;
  readonly tokens: Pick<TokenVerifier, 'verifyToken'>;
  readonly spent: SpentTokens;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export interface DepositRequest {
  readonly mailboxId: Uint8Array;
  readonly shard: number;
  /** The token of the request, then its stake. */
  readonly tokens: readonly Token[];
  readonly lifetimeSeconds: Lifetime;
  readonly retractHash: Uint8Array;
  readonly blob: Uint8Array;
}

export type DepositOutcome =
  /** It lies there, or lay there once: the same request again. */
  | 'created'
  | 'bad-token'
  | 'unknown-mailbox'
  /** A token of the request was spent on something else. */
  | 'token-spent'
  | 'token-twice'
  /** Nothing is lost: the same request again will do. */
  | 'unavailable';

export interface RetrieveRequest {
  readonly mailboxId: Uint8Array;
  readonly shard: number;
  readonly page: number;
  /** 16 bytes. */
  readonly nonce: Uint8Array;
}

export interface CallPlacementService {
  deposit(request: DepositRequest): Promise<DepositOutcome>;
  /** The sealed reply, of the mailbox's replyBytes; 16384 bytes that nobody can open where there is no such mailbox. */
  retrieve(request: RetrieveRequest): Promise<Uint8Array>;
  /** Takes back what was deposited with the hashes of these secrets. Says nothing about whether there was any. */
  retract(secrets: readonly Uint8Array[]): Promise<void>;
}

export function createCallPlacementService(parts: CallPlacementParts): CallPlacementService {
  const { crypto, store } = parts;
  const sealer = createReplySealer(crypto);
  const nobody = formOfNobody(crypto);
  return {
    deposit: (request) => deposit(parts, request),
    retrieve: (request) => retrieve(parts, sealer, nobody, request),
    async retract(secrets) {
      await store.retract(secrets.map((secret) => encodeBase64url(retractHash(crypto, secret))));
    },
  };
}

/** Token, mailbox, spend, store, in this order, so that an unknown mailbox costs whoever asks a good token. */
async function deposit(parts: CallPlacementParts, request: DepositRequest): Promise<DepositOutcome> {
  const tokens = verifyTokens(parts.tokens, request.tokens);
  if (tokens === undefined) return 'bad-token';
  if (new Set(tokens.map(({ spentKey }) => spentKey)).size !== tokens.length) return 'token-twice';
  const form = parts.mailboxes.mailbox(request.mailboxId);
  if (form === undefined || request.shard >= form.shards) return 'unknown-mailbox';
  try {
    return await spendAndStore(parts, request, tokens);
  } catch {
    return 'unavailable';
  }
}

function verifyTokens(
  verifier: CallPlacementParts['tokens'],
  tokens: readonly Token[],
): AcceptedToken[] | undefined {
  const verified: AcceptedToken[] = [];
  for (const token of tokens) {
    const one = verifier.verifyToken(token);
    if (one === undefined) return undefined;
    verified.push(one);
  }
  return verified.length === 0 ? undefined : verified;
}

/**
 * Spends first, then stores: a crash between the two is mended by the same request again, never by a double spend.
 * A repetition stores only what was never stored, with the lifetime counted from the first time.
 */
async function spendAndStore(
  parts: CallPlacementParts,
  request: DepositRequest,
  tokens: readonly AcceptedToken[],
): Promise<DepositOutcome> {
  const { crypto, spent, store } = parts;
  const digest = encodeBase64url(requestDigest(crypto, request));
  const nowMs = parts.now();
  const { state, spentAt } = await spent.spend(tokens, digest);
  if (state === 'other') return 'token-spent';
  const expiresAtMs = Math.min(nowMs, spentAt * 1000) + request.lifetimeSeconds * 1000;
  if (expiresAtMs <= nowMs) return 'created';
  await store.add(shardName(request), {
    id: digest,
    bytes: request.blob.slice(), // what came may be a view of a larger read buffer
    hash: crypto.sha256(request.blob),
    depositedAtMs: nowMs,
    expiresAtMs,
    stake: tokens.length - 1,
    retractHash: encodeBase64url(request.retractHash),
  });
  return 'created';
}

async function retrieve(
  { crypto, mailboxes, store, now }: CallPlacementParts,
  sealer: ReplySealer,
  nobody: MailboxForm,
  request: RetrieveRequest,
): Promise<Uint8Array> {
  // Deposits end with the credential; what lies there then can be read for as long as its owner keeps the key.
  const known = mailboxes.mailbox(request.mailboxId, KEY_KEPT_SECONDS);
  const form = known !== undefined && request.shard < known.shards ? known : nobody;
  const nowMs = now();
  const contents = await store.list(shardName(request), nowMs);
  const question = {
    address: encodeAddress(request.mailboxId, request.shard),
    nonce: request.nonce,
    page: request.page,
  };
  const page = replyPage({
    crypto,
    contents,
    question,
    replyBytes: form.replyBytes,
    shard: request.shard,
    nowMs,
  });
  return sealer.seal(form.publicKey, question, page);
}

/** A key whose private half is gone: what an unknown mailbox is answered with. */
function formOfNobody(crypto: Crypto): MailboxForm {
  const { publicKey } = crypto.generateAgreementKey();
  return { suite: SUITE_X25519, publicKey, shards: 1, replyBytes: REPLY_BYTES[0]! };
}

function shardName({ mailboxId, shard }: { readonly mailboxId: Uint8Array; readonly shard: number }): string {
  return `${encodeBase64url(mailboxId)}/${shard}`;
}

/** Digest of address, retract hash, lifetime, stake and bytes: what a token was spent on. */
function requestDigest(crypto: Crypto, request: DepositRequest): Uint8Array {
  const { mailboxId, shard, lifetimeSeconds, tokens, blob } = request;
  const numbers = createByteWriter(2)
    .uint8(lifetimeSeconds)
    .uint8(tokens.length - 1);
  return crypto.sha256(encodeAddress(mailboxId, shard), request.retractHash, numbers.finish(), blob);
}
