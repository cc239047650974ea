// What streams bring, as a verification service uses it: calls are verified from memory, so that no call causes traffic
// (RFC 8816 Sections 5.5 and 7.4). Ports; how streams are kept is in stream-keeper.ts.

import type { Envelope } from '@oobleck/stir/seal';
import type { OwnKey } from './key-holder.ts';

/** Whose envelopes are wanted. */
export interface Wanted {
  /** Numbers and URIs that a PASSporT may name as called. */
  readonly called: readonly string[];
  /** base64url ids of the mailboxes that may be looked into. */
  readonly mailboxes: ReadonlySet<string>;
}

export type EnvelopeReceiver = (envelope: Envelope) => void;

export interface StreamedMailboxes {
  /** What has come and can still be fresh. */
  recall(wanted: Wanted): readonly Envelope[];
  /** What comes from now on. @returns what ends it */
  watch(wanted: Wanted, receive: EnvelopeReceiver): () => void;
  /** Whether everything that lies in the mailbox of this key has come, on all of its CPSs, and goes on coming. */
  covers(key: OwnKey): boolean;
  /** How far apart the ticks of the streams are. */
  readonly cadenceMs: number;
}

export interface StreamQuery {
  /** Origin of the CPS. */
  readonly cps: string;
  readonly mailboxId: Uint8Array;
  /** See `formatStreamRequest`. */
  readonly request: string;
  readonly cells: number;
  readonly cadenceMs: number;
  readonly frameBytes: number;
}

export interface StreamListener {
  /** The encapsulated key; once, first. */
  onBegin(enc: Uint8Array): void;
  /** Each frame, whole. */
  onFrame(frame: Uint8Array): void;
  /** Once, however it ended, unless it was ended from here. */
  onEnd(): void;
}

export interface StreamSource {
  /** Never throws: what cannot be opened ends. @returns what ends it */
  open(query: StreamQuery, listener: StreamListener): () => void;
}
