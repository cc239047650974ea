import type { MediaKey } from '@oobleck/stir/passport';
import type { Reason, Verdict } from '@oobleck/stir/verdict';
export interface Trunk {
  readonly name: string;
  readonly tenant: string;
  readonly direction: 'outgoing' | 'incoming' | 'both';
  readonly isAssertedTrusted: boolean;
}
export interface OfferedCall {
  readonly trunk: Trunk;
  readonly callId: string;
  readonly caller?: string | undefined;
  readonly assertedIdentities?: readonly string[] | undefined;
  readonly displayName?: string | undefined;
  readonly called: string;
  readonly formerlyCalled?: readonly string[] | undefined;
  readonly divertedFrom?: string | undefined;
  readonly historyIndex?: string | undefined;
  readonly identities?: readonly string[] | undefined;
  readonly identityEncrypted?: readonly string[] | undefined;
  readonly attestation?: 'A' | 'B' | 'C' | undefined;
  readonly originationId?: string | undefined;
  readonly sentAt?: number | undefined;
  readonly mediaKeys?: readonly MediaKey[] | undefined;
}
export interface PlacedAnswer {
  readonly action: 'continue' | 'unchanged';
  readonly identities: readonly string[];
  readonly identityEncrypted: readonly string[];
  readonly removeIdentities: boolean;
  readonly outOfBand: string;
  readonly reason: string;
  readonly traceId: string;
}
export interface ReceivedAnswer {
  readonly action: 'continue' | 'unchanged' | 'block';
  readonly verdict: Verdict;
  readonly identities: readonly string[];
  readonly facts: { readonly attestation?: string; readonly originationId?: string };
  readonly reason: Reason | string;
  readonly traceId: string;
}
export interface CallPath {
  place(offer: OfferedCall): Promise<PlacedAnswer>;
  receive(offer: OfferedCall): Promise<ReceivedAnswer>;
}
