// Which mailboxes a call is looked for in, and the questions put to their CPSs (RFC 8816 Section 8.2, step 1). The
// number of questions is the same for every call of a service, so that it says nothing about the call.

import { encodeBase64url } from '@oobleck/stir/bytes';
import type { ArrivedCall } from '@oobleck/stir/call';
import type { Crypto } from '@oobleck/stir/crypto';
import { addressOf } from '@oobleck/stir/mailbox';
import { isDiallable } from '@oobleck/stir/number';
import {
  createReplySealer,
  type Envelope,
  NONCE_BYTES,
  type ReplyQuestion,
  type ReplySealer,
} from '@oobleck/stir/seal';
import type { OpenedBlobs } from './opened-blobs.ts';
import type { OwnAddress, OwnKeys, ReplySource, VerificationEvent } from './parts.ts';

export const MAXIMUM_ADDRESSES = 8;

export interface RetrievalParts {
  readonly crypto: Crypto;
  readonly keys: OwnKeys;
  readonly replies: ReplySource;
  readonly opened: OpenedBlobs;
  readonly onEvent?: ((event: VerificationEvent) => void) | undefined;
}

/** An address to ask about for a call; a filler is asked about like the others, and what it holds is not looked at. */
export interface CallAddress extends OwnAddress {
  readonly isFiller?: true;
}

/** Where a call may lie; empty where no key for its numbers is held here. */
export function addressesFor(
  { crypto, keys }: RetrievalParts,
  call: ArrivedCall,
  count: number,
): readonly CallAddress[] {
  const own = [...new Set([...call.called, ...call.formerlyCalled])]
    .filter(isDiallable)
    .flatMap((number) =>
      keys
        .keysFor(number, call.tenant)
        .map((key, age) => ({ key, age, address: addressOf(crypto, key.form, number) })),
    );
  // Where there are too many, the newest keys of all numbers come before older ones.
  const addresses: CallAddress[] = distinct(own.sort((a, b) => a.age - b.age)).slice(0, count);
  while (addresses.length > 0 && addresses.length < count) {
    const other = keys.randomAddress();
    if (other === undefined) break;
    addresses.push({ ...other, isFiller: true });
  }
  return addresses;
}

/** Two numbers of a call may lie in one shard. */
function distinct(addresses: readonly OwnAddress[]): OwnAddress[] {
  return [...new Map(addresses.map((one) => [encodeBase64url(one.address), one])).values()];
}

/**
 * Asks every CPS for every page of every address at once, and hands over each envelope as soon as it is open.
 * @returns how many questions about the call were answered
 */
export async function retrieveAll(
  parts: RetrievalParts,
  addresses: readonly CallAddress[],
  deadlineMs: number,
  receive: (envelope: Envelope) => void,
): Promise<number> {
  const sealer = createReplySealer(parts.crypto);
  const answers = addresses.flatMap((own) => {
    // One nonce for all pages of a retrieval: it fixes the order, so that pages neither overlap nor leave a gap.
    return own.key.cps.flatMap((cps) => {
      const nonce = parts.crypto.randomBytes(NONCE_BYTES);
      const pages = Array.from({ length: own.key.pages }, (_, page) => page);
      return pages.map((page) => ask(parts, sealer, own, { cps, deadlineMs, nonce, page }, receive));
    });
  });
  return (await Promise.all(answers)).filter((isAnswered) => isAnswered).length;
}

interface Question {
  readonly cps: string;
  readonly deadlineMs: number;
  readonly nonce: Uint8Array;
  readonly page: number;
}

/** @returns whether a reply came that was sealed to this key for this question */
async function ask(
  { replies, opened, onEvent }: RetrievalParts,
  sealer: ReplySealer,
  { key, address, isFiller }: CallAddress,
  { cps, deadlineMs, nonce, page }: Question,
  receive: (envelope: Envelope) => void,
): Promise<boolean> {
  const { replyBytes } = key.form;
  const question: ReplyQuestion = { address, nonce, page };
  const sealed = await replies
    .fetchReply({ cps, ...question, replyBytes, deadlineMs })
    .catch(() => undefined);
  if (isFiller) return false;
  const reply = sealed && sealer.open(key.agreement, question, sealed);
  if (reply === undefined) return false;
  const isPast = reply.hasLaterPage && page === key.pages - 1;
  if (isPast || reply.isFlooded)
    onEvent?.({ event: 'mailbox-too-small', reason: isPast ? 'later-page' : 'flooded' });
  for (const { blob } of reply.items) {
    const envelope = opened.open(key, address, blob);
    if (envelope !== undefined) receive(envelope);
  }
  return true;
}
