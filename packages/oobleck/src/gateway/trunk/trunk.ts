// A trunk: the calls that a switch sends over one of its routes, and what is done with them. Whose they are, which way
// they go, what may be claimed of them, whether anything is changed, and how long they may be kept waiting.

import { createNumberPlan, type NumberPlan, type NumberRules } from '@oobleck/stir/number';
import type { Attestation } from '@oobleck/stir/passport';
import type { Reason } from '@oobleck/stir/verdict';
import { createExemptions, type Exemptions } from './exemptions.ts';

export interface TrunkOptions {
  readonly name: string;
  readonly tenant: string;
  /** Default `both`. */
  readonly direction?: Trunk['direction'];
  /** Default true. */
  readonly isOn?: boolean;
  /** Default `act`. */
  readonly mode?: Trunk['mode'];
  readonly attestation?: Attestation;
  readonly originationId?: string;
  /** Default `sign`. */
  readonly outgoing?: Trunk['outgoing'];
  /** Default `verify`. */
  readonly incoming?: Trunk['incoming'];
  /** Default false. */
  readonly removesIdentity?: boolean;
  /** Default false. */
  readonly encryptIdentity?: boolean;
  /** Default none. */
  readonly block?: readonly Reason[];
  readonly numbers?: NumberRules;
  /** Default true. */
  readonly isAssertedTrusted?: boolean;
  /** Default true. */
  readonly areEmergencyMarksTrusted?: boolean;
  /** Dialled numbers, default `112`, `911`, `999`, `000`. */
  readonly exemptNumbers?: readonly string[];
  /** Mailboxes asked for each call, default the verification service's own. */
  readonly addressesPerCall?: number;
  readonly clearPeers?: readonly string[];
  /** Default 380. */
  readonly deadlineMs?: number;
}

export interface Trunk {
  readonly name: string;
  /** On whose behalf its calls are signed and asked about. */
  readonly tenant: string;
  /** Calls placed over it, calls arriving over it, or both. */
  readonly direction: 'outgoing' | 'incoming' | 'both';
  /** Where it is off, calls go on as if there were nothing here. */
  readonly isOn: boolean;
  /** `monitor`: decides and records, changes nothing, leaves nothing at a CPS, keeps no call waiting. */
  readonly mode: 'act' | 'monitor';
  /** Claimed of calls that say nothing themselves; without it they get base PASSporTs. */
  readonly attestation: Attestation | undefined;
  /** `origid` of calls that bring none; without it each gets its own. */
  readonly originationId: string | undefined;
  /** `carry`: PASSporTs a call came with are left out of band (RFC 8816 Section 8.3), none is made. */
  readonly outgoing: 'sign' | 'carry' | 'sign-or-carry';
  /** The switch is told to take off the INVITE what was carried, once it is stored. */
  readonly removesIdentity: boolean;
  /** `restore`: what was found out of band is put back in full form (RFC 8816 Section 5.3). */
  readonly incoming: 'verify' | 'restore';
  /** In band, the PASSporTs travel sealed. */
  readonly encryptIdentity: boolean;
  /** Reasons for which a call is refused. */
  readonly block: ReadonlySet<Reason>;
  readonly numbers: NumberPlan;
  /** Whether P-Asserted-Identity stands before From: only from a network that is trusted (RFC 3325). */
  readonly isAssertedTrusted: boolean;
  /**
   * Whether a call is one of an emergency service because it says so, and not by its Request-URI only. Where it is not,
   * such a call is one like any other (RFC 7090 Section 5.2).
   */
  readonly areEmergencyMarksTrusted: boolean;
  readonly exemptions: Exemptions;
  readonly addressesPerCall: number | undefined;
  /** Names of peers, beside the tenant's own, that speak the clear-text profiles about its calls. */
  readonly clearPeers: readonly string[] | undefined;
  /** For everything that is done about a call. */
  readonly deadlineMs: number;
}

/** @throws StirError ERR_NUMBER_FORMAT for number rules that cannot be */
export function createTrunk(options: TrunkOptions): Trunk {
  return {
    name: options.name,
    tenant: options.tenant,
    direction: options.direction ?? 'both',
    isOn: options.isOn ?? true,
    mode: options.mode ?? 'act',
    attestation: options.attestation,
    originationId: options.originationId,
    outgoing: options.outgoing ?? 'sign',
    removesIdentity: options.removesIdentity ?? false,
    incoming: options.incoming ?? 'verify',
    encryptIdentity: options.encryptIdentity ?? false,
    block: new Set(options.block),
    numbers: createNumberPlan(options.numbers),
    isAssertedTrusted: options.isAssertedTrusted ?? true,
    areEmergencyMarksTrusted: options.areEmergencyMarksTrusted ?? true,
    exemptions: createExemptions(options.exemptNumbers),
    addressesPerCall: options.addressesPerCall,
    clearPeers: options.clearPeers,
    deadlineMs: options.deadlineMs ?? 380,
  };
}
