// A call that arrives: what it brought and what was left for it is verified (RFC 8816 Section 8.2), and where the trunk
// says so the PASSporTs found out of band are put back into SIP (RFC 8816 Section 5.3, first subcase).

import type { ArrivedCall } from '@oobleck/stir/call';
import { splitIdentities } from '@oobleck/stir/identity';
import { notVerified, readIdentity, restoredIdentities, type Verdict } from '@oobleck/stir/verdict';
import type { VerificationService } from '../../verification/index.ts';
import { arrivedCall } from './call-facts.ts';
import { type IdentityCipher, NOTHING_OPENED } from './identity-cipher.ts';
import type { OfferedCall } from './offered-call.ts';
import type { ReceivedAnswer, ReceivedFacts } from './received-answer.ts';
import type { Skipped } from './skipped.ts';

export interface ReceiveParts {
  readonly verification: VerificationService;
  readonly cipher: IdentityCipher | undefined;
  /** Seconds since 1970. */
  readonly now: number;
}

export type Reception = Omit<ReceivedAnswer, 'traceId'>;

/** Kept of the call's deadline for what is done with what has come: a verdict with its reason, not only an end. */
const RESERVE_MS = 40;

/** At once where the verdict is. @throws StirError for a call that is none */
export function receiveCall(
  { verification, cipher, now }: ReceiveParts,
  offer: OfferedCall,
): Reception | Promise<Reception> {
  const { trunk, identityEncrypted = [] } = offer;
  const call = arrivedCall(offer, now);
  const opened =
    cipher === undefined || identityEncrypted.length === 0
      ? NOTHING_OPENED
      : cipher.open(trunk.tenant, call.called, identityEncrypted);
  const open = offer.identities ?? [];
  const identities = opened.length === 0 ? open : [...open, ...opened.flatMap((one) => one.identities)];
  const verdict = verification.verify(call, open, {
    addresses: trunk.addressesPerCall,
    clearPeers: trunk.clearPeers,
    deadlineMs: trunk.deadlineMs - RESERVE_MS,
    isInBandOnly: offer.isInBandOnly,
    sealed: opened,
    withCompanions: trunk.incoming === 'restore',
  });
  const reception = (known: Verdict): Reception => {
    const isLost = opened.length > 0 || known.channel === 'out-of-band';
    return {
      action: isBlocked(offer, call, identities, known) ? 'block' : 'continue',
      verdict: known,
      identities: trunk.incoming === 'restore' && isLost ? lost(restoredIdentities(known), open, call) : [],
      facts: factsOf(known),
      reason: known.reason,
    };
  };
  return verdict instanceof Promise ? verdict.then(reception) : reception(verdict);
}

export function notReceived(reason: Skipped): Reception {
  const fault = reason === 'deadline' || reason === 'suspended' ? 'deadline' : 'not-checked';
  const verdict = notVerified(reason === 'internal' ? 'internal' : fault);
  return { action: 'unchanged', verdict, identities: [], facts: {}, reason };
}

/** Those of the PASSporTs that do not stand in the INVITE as it is. */
function lost(restored: readonly string[], open: readonly string[], call: ArrivedCall): readonly string[] {
  if (open.length === 0) return restored;
  const tokenOf = (value: string): string | undefined => {
    const read = readIdentity(value, call);
    return 'value' in read ? read.value.token : undefined;
  };
  const standing = open.flatMap(splitIdentities).map(tokenOf);
  return restored.filter((value) => !standing.includes(tokenOf(value)));
}

function factsOf({ passport, channel, authority, attestation }: Verdict): ReceivedFacts {
  const originationId = passport?.shaken?.originationId;
  return {
    ...(attestation === undefined ? {} : { attestation }),
    ...(originationId === undefined ? {} : { originationId }),
    ...(channel === undefined ? {} : { channel }),
    ...(authority === undefined ? {} : { authority }),
  };
}

/**
 * A call that says it comes back from an emergency service (RFC 9027 Section 4) is never refused, proven or not: one
 * callback lost weighs more than a nuisance that gets through. Where the trunk does not believe it, it has to be proven.
 */
function isBlocked(
  { trunk }: OfferedCall,
  call: ArrivedCall,
  identities: readonly string[],
  { status, reason }: Verdict,
): boolean {
  if (status === 'verified' || !trunk.block.has(reason)) return false;
  if (!trunk.areEmergencyMarksTrusted) return true;
  return !identities.some((value) => {
    const read = readIdentity(value, call);
    return 'value' in read && read.value.priority?.isEmergencyCallback === true;
  });
}
