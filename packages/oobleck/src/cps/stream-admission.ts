// Who may open a stream (RFC 8816 Section 5.5): whoever signs a credential of the mailbox, by a request that is about
// this CPS and this moment, once. Checked from the cheap to the costly. Ids are remembered for as long as their time is
// near, by this process: whoever replays a request gets a stream that only the owner's key opens.

import { StirError } from '@oobleck/stir';
import { equalBytes } from '@oobleck/stir/bytes';
import { type Certificate, signerId, validatePath, verifyingKeyOf } from '@oobleck/stir/certificate';
import { parseStreamRequest, type ReceivedStreamRequest } from '@oobleck/stir/credential';
import type { Crypto } from '@oobleck/stir/crypto';
import type { MailboxForm } from '@oobleck/stir/mailbox';
import type { MailboxHolders } from './parts.ts';

export interface StreamAdmissionParts {
  readonly crypto: Crypto;
  /** Seconds since 1970. */
  readonly now: () => number;
  readonly anchors: () => readonly Certificate[];
  /** Whether an authority took a certificate back; without it none is. */
  readonly isRevoked?: ((certificate: Certificate) => boolean) | undefined;
  readonly mailboxes: MailboxHolders;
}

export type StreamRefusal =
  | 'format'
  | 'audience'
  | 'time'
  | 'mailbox'
  | 'untrusted'
  | 'signature'
  | 'not-owner'
  | 'replayed';

export interface Owner {
  readonly mailboxId: Uint8Array;
  readonly form: MailboxForm;
  /** Names the signer. */
  readonly signer: string;
  readonly chain: readonly Certificate[];
}

export type StreamAdmission =
  | { readonly admitted: true; readonly owner: Owner }
  | { readonly admitted: false; readonly reason: StreamRefusal };

export interface StreamDoor {
  /** @param text the JWT @param mailboxId the mailbox of the URL */
  admit(text: string, mailboxId: Uint8Array): StreamAdmission;
  /** Whether its credential is still in force and its chain not taken back. */
  isStillOwner(owner: Owner): boolean;
}

/** @param windowSeconds how far `iat` may lie on either side of now, default 60 */
export function createStreamDoor(
  parts: StreamAdmissionParts,
  { audience, windowSeconds = 60 }: { readonly audience: string; readonly windowSeconds?: number },
): StreamDoor {
  const arrivals = new Map<string, number>();
  /** Ids stand in order of arrival, so that old ones go first. */
  const isReplay = (id: string): boolean => {
    const now = parts.now();
    for (const [old, arrival] of arrivals) {
      if (now - arrival <= 2 * windowSeconds) break;
      arrivals.delete(old);
    }
    if (arrivals.has(id)) return true;
    arrivals.set(id, now);
    return false;
  };
  return {
    admit(text, mailboxId) {
      const request = parse(text);
      if (request === undefined) return refuse('format');
      if (request.audience !== audience) return refuse('audience');
      if (Math.abs(parts.now() - request.issuedAt) > windowSeconds) return refuse('time');
      if (!equalBytes(request.mailboxId, mailboxId)) return refuse('mailbox');
      const checked = ownerOf(parts, request);
      if (!checked.admitted) return checked;
      return isReplay(`${checked.owner.signer} ${request.id}`) ? refuse('replayed') : checked;
    },
    isStillOwner: ({ mailboxId, signer, chain }) =>
      parts.mailboxes.holder(mailboxId, signer) !== undefined && pathOf(parts, chain).valid,
  };
}

function ownerOf(
  parts: StreamAdmissionParts,
  { chain, jws, mailboxId }: ReceivedStreamRequest,
): StreamAdmission {
  const path = pathOf(parts, chain);
  const key = path.valid ? verifyingKeyOf(path.leaf, parts.crypto) : undefined;
  if (!path.valid || key?.algorithm !== 'ES256') return refuse('untrusted');
  if (!key.verify(jws.signingInput, jws.signature)) return refuse('signature');
  const signer = signerId(path.leaf, parts.crypto);
  const holder = parts.mailboxes.holder(mailboxId, signer);
  if (holder === undefined) return refuse('not-owner');
  return { admitted: true, owner: { mailboxId, form: holder.form, signer, chain } };
}

function pathOf({ crypto, anchors, isRevoked, now }: StreamAdmissionParts, chain: readonly Certificate[]) {
  return validatePath({ chain, anchors: anchors(), at: now(), crypto, isRevoked });
}

function parse(text: string): ReceivedStreamRequest | undefined {
  try {
    return parseStreamRequest(text);
  } catch (error) {
    if (error instanceof StirError) return undefined;
    throw error;
  }
}

function refuse(reason: StreamRefusal): StreamAdmission {
  return { admitted: false, reason };
}
