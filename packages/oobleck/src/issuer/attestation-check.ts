// Who asks for tokens: the attestation over one request body, checked from the cheap to the costly. Ids are remembered
// for as long as their time is near; what a restart forgets could only repeat a request and draw the same tokens again.

import { StirError } from '@oobleck/stir';
import { equalBytes } from '@oobleck/stir/bytes';
import { signerId, validatePath, verifyingKeyOf } from '@oobleck/stir/certificate';
import { parseAttestation, type ReceivedAttestation } from '@oobleck/stir/token';
import type { IssuerParts } from './ports.ts';

export type AttestationVerdict =
  | { readonly attested: true; readonly holder: string }
  | { readonly attested: false; readonly reason: AttestationReason };

export type AttestationReason =
  | 'format'
  | 'audience'
  | 'time'
  | 'digest'
  | 'untrusted'
  | 'signature'
  | 'replayed';

type CheckParts = Pick<IssuerParts, 'crypto' | 'anchors' | 'now' | 'isRevoked'>;

/** A checker for one issuer. `windowSeconds` is how far `iat` may lie on either side of now. */
export function createAttestationCheck(
  parts: CheckParts,
  options: { readonly audience: string; readonly windowSeconds: number },
): (text: string, body: Uint8Array) => AttestationVerdict {
  const seen = createSeenIds(2 * options.windowSeconds);
  return (text, body) => {
    const attestation = parse(text);
    if (attestation === undefined) return refuse('format');
    if (attestation.audience !== options.audience) return refuse('audience');
    const now = parts.now();
    if (Math.abs(now - attestation.issuedAt) > options.windowSeconds) return refuse('time');
    if (!equalBytes(attestation.digest, parts.crypto.sha256(body))) return refuse('digest');
    return checkSigner(parts, attestation, now, seen);
  };
}

function checkSigner(
  { crypto, anchors, isRevoked }: CheckParts,
  { chain, jws, id }: ReceivedAttestation,
  now: number,
  seen: (id: string, now: number) => boolean,
): AttestationVerdict {
  const path = validatePath({ chain, anchors: anchors(), at: now, crypto, isRevoked });
  const key = path.valid ? verifyingKeyOf(path.leaf, crypto) : undefined;
  if (!path.valid || key?.algorithm !== 'ES256') return refuse('untrusted');
  if (!key.verify(jws.signingInput, jws.signature)) return refuse('signature');
  const holder = signerId(path.leaf, crypto);
  return seen(`${holder} ${id}`, now) ? refuse('replayed') : { attested: true, holder };
}

/** Whether an id was here within the window; remembers it. Ids stand in order of arrival, so that old ones go first. */
function createSeenIds(windowSeconds: number): (id: string, now: number) => boolean {
  const arrivals = new Map<string, number>();
  return (id, now) => {
    for (const [old, arrival] of arrivals) {
      if (now - arrival <= windowSeconds) break;
      arrivals.delete(old);
    }
    if (arrivals.has(id)) return true;
    arrivals.set(id, now);
    return false;
  };
}

function parse(text: string): ReceivedAttestation | undefined {
  try {
    return parseAttestation(text);
  } catch (error) {
    if (error instanceof StirError) return undefined;
    throw error;
  }
}

function refuse(reason: AttestationReason): AttestationVerdict {
  return { attested: false, reason };
}
