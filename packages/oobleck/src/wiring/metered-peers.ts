// Which CPSs are waited for, by host: those that calls depend on and that have gone silent. Hosts come from credentials of
// others, so their number is bounded, and one that may hold a telephone number is `other`.

import type { GuardedClient, PeerState } from '../http/index.ts';
import { type Meter, OTHER, type SeriesPoint } from '../operate/index.ts';

const MAXIMUM_PEERS = 256;
/** Seven digits in a row, as in the log. */
const LONG_NUMBER = /[0-9]{7}/;

/** @param clients by what is asked of the peers */
export function showPeers(
  meter: Meter,
  clients: Readonly<Record<string, Pick<GuardedClient, 'peers'>>>,
): void {
  const labels = ['use', 'peer'];
  const show = (
    options: { readonly name: string; readonly help: string; readonly kind: 'gauge' | 'counter' },
    read: (peer: PeerState) => number,
    join: (one: number, other: number) => number,
  ): void =>
    meter.series({ ...options, labels }, () =>
      Object.entries(clients).flatMap(([use, client]) => pointsOf(use, client.peers(), read, join)),
    );
  show(
    { name: 'peer_suspended', help: '1 while nobody waits for the peer: it has gone silent', kind: 'gauge' },
    ({ isSuspended }) => Number(isSuspended),
    Math.max,
  );
  show(
    { name: 'peer_suspensions_total', help: 'Times that a peer went silent', kind: 'counter' },
    ({ suspensions }) => suspensions,
    (one, other) => one + other,
  );
}

function pointsOf(
  use: string,
  peers: readonly PeerState[],
  read: (peer: PeerState) => number,
  join: (one: number, other: number) => number,
): readonly SeriesPoint[] {
  const values = new Map<string, number>();
  for (const peer of peers) {
    const isShown = !LONG_NUMBER.test(peer.host) && (values.has(peer.host) || values.size < MAXIMUM_PEERS);
    const name = isShown ? peer.host : OTHER;
    values.set(name, join(read(peer), values.get(name) ?? 0));
  }
  return [...values].map(([peer, value]) => ({ values: [use, peer], value }));
}
