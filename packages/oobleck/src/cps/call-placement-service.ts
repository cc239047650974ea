// Call Placement Service, sealed profile (RFC 8816 Sections 6 and 7): takes sealed PASSporTs from anybody who spends a
// token, and answers every retrieval with one reply sealed to the mailbox's key. It cannot read what it stores, and no
// answer depends on what a mailbox holds (S-06).

import { encodeBase64url } from '@oobleck/stir/bytes';
import { KEY_KEPT_SECONDS } from '@oobleck/stir/credential';
import type { Crypto } from '@oobleck/stir/crypto';
import {
  encodeAddress,
  type Lifetime,
  type MailboxForm,
  REPLY_BYTES,
  retractHash,
} from '@oobleck/stir/mailbox';
import { createReplySealer, type ReplySealer, replyPlaintextBytes, SUITE_X25519 } from '@oobleck/stir/seal';
import type { Token } from '@oobleck/stir/token';
import type { AcceptedToken, Spend, SpentTokens, TokenVerifier } from '../issuer/index.ts';
import type { MailboxStore, ShardContents } from './mailbox-store.ts';
import type { MailboxRegistry } from './parts.ts';
import { createReplyPage } from './reply-page.ts';

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
  /** The token of the request, then its stake; parsed, or 354 bytes each. */
  readonly tokens: readonly (Token | Uint8Array)[];
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

/** 32 bytes each of mailbox, retract hash and blob hash, then shard, lifetime and stake. */
const DIGEST_INPUT_BYTES = 102;
/** Written over for each request, and hashed before anything else runs. */
const digestInput = new Uint8Array(DIGEST_INPUT_BYTES);

export interface RetrieveRequest {
  readonly mailboxId: Uint8Array;
  readonly shard: number;
  readonly page: number;
  /** 16 bytes. */
  readonly nonce: Uint8Array;
}

/** A deposit that may be: its tokens are good, its mailbox is there, and nothing is spent yet. */
export interface JudgedDeposit {
  readonly request: DepositRequest;
  readonly tokens: readonly AcceptedToken[];
}

/**
 * What a store in memory answers comes at once; only IO is waited for. A deposit has two steps, so that many may take each
 * of them together: whoever takes the first for some and then the second has the outcomes of one after the other.
 */
export interface CallPlacementService {
  /** Or what it is refused for. At once. */
  judge(request: DepositRequest): JudgedDeposit | DepositOutcome;
  /** Spends the tokens and stores the blob. */
  place(judged: JudgedDeposit): Promise<DepositOutcome> | DepositOutcome;
  /** The sealed reply, of the mailbox's replyBytes; 16384 bytes that nobody can open where there is no such mailbox. */
  retrieve(request: RetrieveRequest): Promise<Uint8Array> | Uint8Array;
  /** Takes back what was deposited with the hashes of these secrets. Says nothing about whether there was any. */
  retract(secrets: readonly Uint8Array[]): Promise<void> | void;
}

export function createCallPlacementService(parts: CallPlacementParts): CallPlacementService {
  const { crypto, store } = parts;
  const nobody = formOfNobody(crypto);
  const sealing = { sealer: createReplySealer(crypto), plaintexts: plaintextBuffers(), nobody };
  return {
    judge: (request) => judge(parts, request),
    place: (judged) => place(parts, judged),
    retrieve: (request) => retrieve(parts, sealing, request),
    retract(secrets) {
      const hashes = secrets.map((secret) => encodeBase64url(retractHash(crypto, secret)));
      // What could not be taken back ends by itself; whether there was any is nobody's business.
      return orWithout(() => store.retract(hashes), undefined);
    },
  };
}

/** Token, mailbox, spend, store, in this order, so that an unknown mailbox costs whoever asks a good token. */
function judge(parts: CallPlacementParts, request: DepositRequest): JudgedDeposit | DepositOutcome {
  const tokens = verifyTokens(parts.tokens, request.tokens);
  if (tokens === undefined) return 'bad-token';
  if (hasOneTwice(tokens)) return 'token-twice';
  const form = parts.mailboxes.mailbox(request.mailboxId);
  return form === undefined || request.shard >= form.shards ? 'unknown-mailbox' : { request, tokens };
}

function place(
  parts: CallPlacementParts,
  { request, tokens }: JudgedDeposit,
): Promise<DepositOutcome> | DepositOutcome {
  try {
    const outcome = spendAndStore(parts, request, tokens);
    return outcome instanceof Promise ? outcome.catch(unavailable) : outcome;
  } catch {
    return 'unavailable';
  }
}

function unavailable(): DepositOutcome {
  return 'unavailable';
}

function verifyTokens(
  verifier: CallPlacementParts['tokens'],
  tokens: DepositRequest['tokens'],
): AcceptedToken[] | undefined {
  const verified: AcceptedToken[] = [];
  for (const token of tokens) {
    const one = verifier.verifyToken(token);
    if (one === undefined) return undefined;
    verified.push(one);
  }
  return verified.length === 0 ? undefined : verified;
}

function hasOneTwice(tokens: readonly AcceptedToken[]): boolean {
  if (tokens.length === 1) return false;
  const names = tokens.map(({ keyId, nonce }) => keyId + encodeBase64url(nonce));
  return new Set(names).size !== names.length;
}

/**
 * A token pays once (RFC 8816 Section 7.5, S-08). Spends first, then stores: a crash between the two is mended by the same
 * request again, never by a double spend. A repetition stores only what was never stored, with the lifetime counted from
 * the first time.
 */
function spendAndStore(
  parts: CallPlacementParts,
  request: DepositRequest,
  tokens: readonly AcceptedToken[],
): Promise<DepositOutcome> | DepositOutcome {
  const { crypto, spent } = parts;
  const hash = crypto.sha256(request.blob);
  const id = encodeBase64url(requestDigest(crypto, request, hash));
  const nowMs = parts.now();
  const spend = spent.spend(tokens, id);
  return spend instanceof Promise
    ? spend.then((done) => storeSpent(parts, request, { id, hash, nowMs, spend: done }))
    : storeSpent(parts, request, { id, hash, nowMs, spend });
}

interface Spending {
  readonly id: string;
  /** Of the blob. */
  readonly hash: Uint8Array;
  readonly nowMs: number;
  readonly spend: Spend;
}

/**
 * What is stored says how many tokens paid for it, and holds no part of them (S-09). It ends so long after they were
 * spent, repeated or not (S-10).
 */
function storeSpent(
  { store }: CallPlacementParts,
  request: DepositRequest,
  { id, hash, nowMs, spend: { state, spentAt } }: Spending,
): Promise<DepositOutcome> | DepositOutcome {
  if (state === 'other') return 'token-spent';
  if (state === 'late') return 'bad-token';
  const expiresAtMs = Math.min(nowMs, spentAt * 1000) + request.lifetimeSeconds * 1000;
  if (expiresAtMs <= nowMs) return 'created';
  const added = store.add(shardName(request), {
    id,
    bytes: request.blob,
    hash,
    depositedAtMs: nowMs,
    expiresAtMs,
    stake: request.tokens.length - 1,
    retractHash: encodeBase64url(request.retractHash),
  });
  return added instanceof Promise ? added.then(created) : 'created';
}

function created(): DepositOutcome {
  return 'created';
}

/** What seals replies. */
interface Sealing {
  readonly sealer: ReplySealer;
  /** By length of the reply: written anew for each, and sealed before anything else runs. */
  readonly plaintexts: ReadonlyMap<number, Uint8Array>;
  readonly nobody: MailboxForm;
}

/** One reply, known mailbox or not, for all the numbers of a shard, sealed anew each time. */
function retrieve(
  { crypto, mailboxes, store, now }: CallPlacementParts,
  { sealer, plaintexts, nobody }: Sealing,
  request: RetrieveRequest,
): Promise<Uint8Array> | Uint8Array {
  // Deposits end with the credential; what lies there then can be read for as long as its owner keeps the key.
  const known = mailboxes.mailbox(request.mailboxId, KEY_KEPT_SECONDS);
  const { shard, nonce, page } = request;
  const { publicKey, replyBytes } = known !== undefined && shard < known.shards ? known : nobody;
  const nowMs = now();
  const question = { address: encodeAddress(request.mailboxId, shard), nonce, page };
  const order = { crypto, question, replyBytes, shard, nowMs, into: plaintexts.get(replyBytes) };
  const reply = createReplyPage(order);
  const seal = (contents: ShardContents): Uint8Array =>
    sealer.seal(publicKey, question, reply.encode(contents));
  const contents = orWithout(() => store.list(shardName(request), nowMs, reply.choose), NOTHING);
  return contents instanceof Promise ? contents.then(seal) : seal(contents);
}

/** While the store is away, replies look like any other; whether it is away is told by the process's readiness. */
const NOTHING: ShardContents = { blobs: [], isFlooded: false };

/** What a store says, or `otherwise` where it fails, at once or later. */
function orWithout<T>(ask: () => Promise<T> | T, otherwise: T): Promise<T> | T {
  try {
    const answer = ask();
    return answer instanceof Promise ? answer.catch(() => otherwise) : answer;
  } catch {
    return otherwise;
  }
}

function plaintextBuffers(): ReadonlyMap<number, Uint8Array> {
  return new Map(REPLY_BYTES.map((length) => [length, new Uint8Array(replyPlaintextBytes(length))]));
}

/** A key whose private half is gone: what an unknown mailbox is answered with. */
function formOfNobody(crypto: Crypto): MailboxForm {
  const { publicKey } = crypto.generateAgreementKey();
  return { suite: SUITE_X25519, publicKey, shards: 1, replyBytes: REPLY_BYTES[0]! };
}

function shardName({ mailboxId, shard }: { readonly mailboxId: Uint8Array; readonly shard: number }): string {
  return `${encodeBase64url(mailboxId)}/${shard}`;
}

/** Digest of address, retract hash, lifetime, stake and the blob's own hash: what a token was spent on. */
function requestDigest(crypto: Crypto, request: DepositRequest, blobHash: Uint8Array): Uint8Array {
  const { mailboxId, shard, lifetimeSeconds, tokens } = request;
  const text = digestInput;
  text.set(mailboxId, 0);
  text.set(request.retractHash, 32);
  text.set(blobHash, 64);
  text.set([shard >>> 24, shard >>> 16, shard >>> 8, shard, lifetimeSeconds, tokens.length - 1], 96);
  return crypto.sha256(text);
}
