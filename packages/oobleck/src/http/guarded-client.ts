// The safe client for peers that calls wait for. A peer that has let several requests in a row run into their deadline is
// not waited for any more: requests to it fail at once. Behind their back the last one is sent again, until whatever
// comes back shows that the peer answers, or nobody asks for it any more. The questions of one call go out together, and
// are lost together: they count as one.

import { type Breaker, type BreakerOptions, createBreaker } from '../call/index.ts';
import { HttpFailure } from './http-failure.ts';
import { type Probing, startProbing } from './probing.ts';
import type { HttpRequest, SafeClient } from './safe-client.ts';

export interface GuardParts {
  /** Milliseconds of a clock that does not go back. */
  readonly elapsed: () => number;
  /** Runs an action once, later; what it gives back calls that off. */
  readonly schedule: (action: () => void, delayMs: number) => () => void;
  /** Told when a peer is given up for a while, and when it is back. */
  readonly onChange?: (host: string, isSuspended: boolean) => void;
}

export interface GuardOptions extends BreakerOptions {
  /** How long a probe waits, default 3000. */
  readonly probeDeadlineMs?: number;
  /** Requests sent within this time count as one failure, default 10. */
  readonly togetherMs?: number;
  /** Peers watched at once, silent ones among them, default 4096; beyond it one is forgotten. */
  readonly maximumPeers?: number;
}

/** As long as this a silent peer is worth more than one that answers, of which nothing is to be known. */
const MISSED_MS = 60_000;
/** A request with less time than this says nothing about the peer. */
const MINIMUM_DEADLINE_MS = 50;

/** A peer as whoever watches sees it. */
export interface PeerState {
  readonly host: string;
  readonly isSuspended: boolean;
  /** Times that it was given up. */
  readonly suspensions: number;
}

export interface GuardedClient extends SafeClient {
  /** Whether requests to this URL's peer fail at once now. Asked for a call: who asks wants the peer back. */
  isSuspended(url: string): boolean;
  /** Those asked lately, the longest known first. */
  peers(): readonly PeerState[];
}

interface Peer {
  readonly breaker: Breaker;
  /** Its connections are no older than its last silence. */
  client: SafeClient;
  suspensions: number;
  /** While it is given up. */
  probing?: Probing | undefined;
  /** Requests sent before this belong to a failure that is counted. */
  countedUntilMs: number;
}

/** @param create makes a client with connections of its own: those from before a silence may be dead without a sign */
export function createGuardedClient(
  create: () => SafeClient,
  parts: GuardParts,
  options: GuardOptions = {},
): GuardedClient {
  const { probeMs = 2_000, probeDeadlineMs = 3_000, togetherMs = 10, maximumPeers = 4_096 } = options;
  const common = create();
  const peers = new Map<string, Peer>();
  let isClosed = false;

  const forget = (origin: string, peer: Peer): void => {
    peers.delete(origin);
    peer.probing?.end();
    if (peer.client !== common) void peer.client.close();
  };
  const renewClient = (peer: Peer): void => {
    const client = create();
    if (peer.client !== common) void peer.client.close();
    peer.client = client;
  };
  /** @param unanswered sent again: its like is what the peer has to answer, and repeating it does no harm */
  const probe = (origin: string, peer: Peer, unanswered: HttpRequest): Probing =>
    startProbing(
      { ...parts, probeMs },
      {
        async ask() {
          renewClient(peer);
          return hasAnswered(peer.client, { ...unanswered, deadlineMs: probeDeadlineMs });
        },
        onAnswer() {
          peer.breaker.succeed();
          peer.probing = undefined;
          parts.onChange?.(hostOf(origin), false);
        },
        onUnwanted: () => forget(origin, peer),
      },
    );
  const fail = (origin: string, peer: Peer, request: HttpRequest, sentAtMs: number): void => {
    if (sentAtMs < peer.countedUntilMs || peers.get(origin) !== peer) return;
    peer.countedUntilMs = sentAtMs + togetherMs;
    if (!peer.breaker.fail() || isClosed) return;
    peer.suspensions++;
    parts.onChange?.(hostOf(origin), true);
    peer.probing = probe(origin, peer, request);
  };
  const peerOf = (origin: string): Peer => {
    const known = peers.get(origin);
    if (known !== undefined) return known;
    if (peers.size >= maximumPeers) forget(...leastMissed(peers, parts.elapsed()));
    const peer: Peer = {
      breaker: createBreaker(parts.elapsed, options),
      client: common,
      suspensions: 0,
      countedUntilMs: 0,
    };
    peers.set(origin, peer);
    return peer;
  };
  return {
    async request(request) {
      const origin = originOf(request.url);
      const peer = peerOf(origin);
      if (peer.breaker.isOpen()) {
        peer.probing?.want();
        throw new HttpFailure('suspended', 'the peer has not answered lately');
      }
      const sentAtMs = parts.elapsed();
      try {
        const reply = await peer.client.request(request);
        // What was under way when the peer was given up does not bring it back: the probe does.
        if (!peer.breaker.isOpen()) peer.breaker.succeed();
        return reply;
      } catch (error) {
        if (isTimeout(error) && request.deadlineMs >= MINIMUM_DEADLINE_MS)
          fail(origin, peer, request, sentAtMs);
        throw error;
      }
    },
    peers: () =>
      [...peers].map(([origin, { breaker, suspensions }]) => ({
        host: hostOf(origin),
        isSuspended: breaker.isOpen(),
        suspensions,
      })),
    isSuspended(url) {
      const peer = peers.get(originOf(url));
      peer?.probing?.want();
      return peer?.breaker.isOpen() === true;
    },
    async close() {
      isClosed = true;
      for (const { probing } of peers.values()) probing?.end();
      const clients = new Set([common, ...[...peers.values()].map(({ client }) => client)]);
      await Promise.all([...clients].map((client) => client.close()));
    },
  };
}

/** The silent one that calls have not asked for the longest; before those asked for lately, the oldest that answers. */
function leastMissed(peers: ReadonlyMap<string, Peer>, nowMs: number): [string, Peer] {
  let least: [string, Peer] | undefined;
  let leastMs = Number.POSITIVE_INFINITY;
  for (const entry of peers) {
    const wantedMs = entry[1].probing?.lastWantedMs() ?? nowMs - MISSED_MS;
    if (wantedMs >= leastMs) continue;
    least = entry;
    leastMs = wantedMs;
  }
  return least!;
}

/** Whatever comes back, an error of the connection as well, shows that somebody is there. */
function hasAnswered(client: SafeClient, request: HttpRequest): Promise<boolean> {
  return client.request(request).then(
    () => true,
    (error: unknown) => !isTimeout(error),
  );
}

function hostOf(origin: string): string {
  return URL.parse(origin)?.hostname ?? '';
}

/** Scheme, host and port of an absolute URL, as written: no more than a name for the peer. */
function originOf(url: string): string {
  const end = url.indexOf('/', 8);
  return end === -1 ? url : url.slice(0, end);
}

function isTimeout(error: unknown): boolean {
  return error instanceof HttpFailure && error.code === 'deadline';
}
