export type { Listener, ListenerOptions, ListenerTls } from './listener.ts';
export { createPeerBook, type Peer, type PeerBook } from './peers.ts';
export {
  createRedirectElement,
  type RedirectElement,
  type RedirectOptions,
  type RedirectParts,
} from './redirect-element.ts';
export { createStreamListener, type StreamOptions } from './stream-listener.ts';
export type { Direction, TrunkRule } from './trunk-rule.ts';
export { createUdpListener } from './udp-listener.ts';
