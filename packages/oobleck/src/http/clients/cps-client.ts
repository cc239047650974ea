// How deposits and retrievals travel to a CPS over HTTPS. Nothing about the call is in a URL or header beyond the
// mailbox it goes to; a retrieval carries no authorization (RFC 8816 Section 6.2).

import { concatBytes, encodeBase64url } from '@oobleck/stir/bytes';
import {
  LIFETIME_HEADER,
  RETRACT_HEADER,
  SEALED_PASSPORT_TYPE,
  SEALED_REPLY_TYPE,
  STAKE_HEADER,
  splitAddress,
} from '@oobleck/stir/mailbox';
import type { Deposit } from '@oobleck/stir/placement';
import { encodeToken, formatPrivateToken, type Token } from '@oobleck/stir/token';
import type { DepositAnswer, DepositSender } from '../../authentication/index.ts';
import type { ReplyQuery, ReplySource } from '../../verification/index.ts';
import type { GuardedClient, SafeClient } from '../index.ts';
import { repeatBroken } from './repeat-broken.ts';

const MAXIMUM_EMPTY_ANSWER = 4_096;

/** @param client one that gives silent peers up, or any other */
export function createDepositSender(client: SafeClient & Partial<GuardedClient>): DepositSender {
  return {
    isSuspended: (cps) => client.isSuspended?.(cps) === true,
    async send(cps, deposit, tokens, deadlineMs): Promise<DepositAnswer> {
      try {
        const request = {
          method: 'POST',
          url: mailboxUrl(cps, deposit.address),
          headers: depositHeaders(deposit, tokens),
          body: deposit.blob,
          maxResponseBytes: MAXIMUM_EMPTY_ANSWER,
        } as const;
        // The same request with the same token is one deposit, however often it arrives.
        const { status } = await repeatBroken(deadlineMs, (leftMs) =>
          client.request({ ...request, deadlineMs: leftMs }),
        );
        if (status === 201) return 'stored';
        if (status === 404) return 'absent';
        return status >= 500 || status === 429 ? 'unavailable' : 'refused';
      } catch {
        return 'unavailable';
      }
    },
    async retract(cps, secrets, deadlineMs) {
      await client.request({
        method: 'POST',
        url: `${cps}/retractions`,
        headers: { 'content-type': 'application/octet-stream' },
        body: concatBytes(...secrets),
        deadlineMs,
        maxResponseBytes: MAXIMUM_EMPTY_ANSWER,
      });
    },
  };
}

export function createReplySource(client: SafeClient): ReplySource {
  return {
    async fetchReply({ cps, address, page, nonce, replyBytes, deadlineMs }: ReplyQuery) {
      const request = {
        method: 'GET',
        url: `${mailboxUrl(cps, address)}?page=${page}&n=${encodeBase64url(nonce)}`,
        headers: { accept: SEALED_REPLY_TYPE },
        maxResponseBytes: replyBytes,
      } as const;
      const { status, headers, body } = await repeatBroken(deadlineMs, (leftMs) =>
        client.request({ ...request, deadlineMs: leftMs }),
      );
      const isReply = status === 200 && headers['content-type'] === SEALED_REPLY_TYPE;
      if (!isReply || body.length !== replyBytes) throw new Error('not a sealed reply');
      return body;
    },
  };
}

function mailboxUrl(cps: string, address: Uint8Array): string {
  const { id, shard } = splitAddress(address);
  return `${cps}/mailboxes/${encodeBase64url(id)}/${shard}/passports`;
}

function depositHeaders(deposit: Deposit, tokens: readonly Token[]): Record<string, string> {
  const [first, ...stake] = tokens;
  const headers: Record<string, string> = {
    'content-type': SEALED_PASSPORT_TYPE,
    authorization: formatPrivateToken(first!),
    [LIFETIME_HEADER]: String(deposit.lifetimeSeconds),
    [RETRACT_HEADER]: encodeBase64url(deposit.retractHash),
  };
  // RFC 9651 Section 3.3.5: byte sequences between colons, standard base64.
  if (stake.length > 0)
    headers[STAKE_HEADER] = stake
      .map((token) => `:${Buffer.from(encodeToken(token)).toString('base64')}:`)
      .join(', ');
  return headers;
}
