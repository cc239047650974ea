// What a transport is given and what it gives back.

import type { EventLog } from '../../operate/index.ts';
import type { PeerBook } from './peers.ts';
import type { RedirectElement } from './redirect-element.ts';

export interface ListenerOptions {
  /** In rules about trunks, and for the log. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly peers: PeerBook;
  readonly element: RedirectElement;
  readonly log: EventLog;
}

export interface Listener {
  readonly name: string;
  readonly port: number;
  /** Takes a certificate that has changed, from the next connection on. */
  reload(tls: ListenerTls): void;
  /** Takes no more requests, answers those that are being answered, and ends. */
  close(): Promise<void>;
}

export interface ListenerTls {
  /** PEM, signer first. */
  readonly certificate: string;
  readonly key: string;
  /** PEM roots of client certificates; left out, a certificate is known by its hash alone. */
  readonly clientCa?: string | undefined;
}
