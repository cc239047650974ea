// Connections of a server: who they belong to, how many there are, what they may do without asking anything. It cuts off what is more
// than a client may have, handshakes that pile up, floods of PING, SETTINGS and taken-back streams, and connections on which nothing is
// asked for too long, whatever else comes on them. (Frames that nghttp2 bounds by itself it leaves to it.)

import type { Server } from 'node:http';
import { constants, type Http2SecureServer, type ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import { type ClientRecord, type ClientsAtHand, createClientsAtHand } from './clients-at-hand.ts';
import type { HttpServerLimits } from './http-limits.ts';

/** One connection, from its TLS handshake on. */
export interface Connection {
  readonly client: ClientRecord | undefined;
  /** Over HTTP/2: streams begun, and open now. */
  requests: number;
  open: number;
  lastUsedMs: number;
  controlFrames: number;
  countedSinceMs: number;
}

export interface ConnectionGuard {
  /** Of a TLS or plain socket, or of an HTTP/2 session. */
  of(carrier: object): Connection | undefined;
  /** @returns whether its client may ask */
  ask(connection: Connection | undefined, nowMs: number): boolean;
  /** @param wasWelcome what `ask` said */
  answered(connection: Connection | undefined, wasWelcome: boolean, nowMs: number): void;
  sweep(nowMs: number): void;
  /** Ends what has not come through its TLS handshake. */
  dropHandshakes(): void;
  readonly clients: ClientsAtHand;
}

const SECOND = 1000;
const { NGHTTP2_ENHANCE_YOUR_CALM } = constants;

export function createConnectionGuard(
  server: Server | Http2SecureServer,
  limits: HttpServerLimits,
): ConnectionGuard {
  const clients = createClientsAtHand(limits);
  const connections = new WeakMap<object, Connection>();
  const sessions = new Map<ServerHttp2Session, Connection>();
  /** In TLS handshakes, the oldest first. A socket and the TLS over it have the same peer. */
  const handshakes = new Map<string, { readonly socket: Socket; readonly client: ClientRecord }>();
  const isSecure = 'setSecureContext' in server;

  server.on('connection', (socket: Socket) => {
    const client = clients.connect(socket.remoteAddress);
    if (client === undefined) return void socket.destroy();
    const peer = peerOf(socket);
    if (isSecure) handshakes.set(peer, { socket, client });
    else connections.set(socket, connectionOf(client));
    if (handshakes.size > limits.maxHandshakes) handshakes.values().next().value?.socket.destroy();
    socket.once('close', () => {
      if (handshakes.get(peer)?.socket === socket) handshakes.delete(peer);
      clients.disconnect(client);
    });
  });
  if (isSecure) {
    // Before node's own listener, which begins the HTTP/2 session.
    server.prependListener('secureConnection', (socket: Socket) => {
      const peer = peerOf(socket);
      connections.set(socket, connectionOf(handshakes.get(peer)?.client));
      handshakes.delete(peer);
    });
    server.on('session', (session: ServerHttp2Session) => {
      const client =
        session.socket.remoteAddress === undefined ? undefined : clients.of(session.socket.remoteAddress);
      const connection = connectionOf(client);
      connections.set(session, connection);
      sessions.set(session, connection);
      const count = (): void => countControlFrame(session, connection, limits.maxControlFramesPerSecond);
      session.on('ping', count).on('remoteSettings', count);
      session.once('close', () => sessions.delete(session));
    });
  }

  return {
    clients,
    of: (carrier) => connections.get(carrier),
    ask(connection, nowMs) {
      if (connection === undefined) return true;
      connection.requests++;
      connection.open++;
      return connection.client === undefined || clients.ask(connection.client, nowMs);
    },
    answered(connection, wasWelcome, nowMs) {
      if (connection === undefined) return;
      connection.open--;
      connection.lastUsedMs = nowMs;
      if (wasWelcome && connection.client !== undefined) clients.answered(connection.client);
    },
    sweep(nowMs) {
      clients.sweep(nowMs);
      for (const [session, { open, lastUsedMs, requests }] of sessions) {
        if (open > 0) continue;
        if (requests >= limits.maxRequestsPerConnection && !session.closed) session.close();
        if (nowMs - lastUsedMs > limits.idleTimeoutMs) endIdle(session);
      }
    },
    dropHandshakes() {
      for (const { socket } of handshakes.values()) socket.destroy();
    },
  };
}

function connectionOf(client: ClientRecord | undefined): Connection {
  const now = performance.now();
  return { client, requests: 0, open: 0, lastUsedMs: now, controlFrames: 0, countedSinceMs: now };
}

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

/** The first time with a GOAWAY, which the client may have no mind to read. */
function endIdle(session: ServerHttp2Session): void {
  if (session.closed) session.destroy();
  else session.close();
}

/** nghttp2 answers each of them by itself, so that a client has to do nothing else to keep a server busy. */
function countControlFrame(session: ServerHttp2Session, connection: Connection, maximum: number): void {
  const now = performance.now();
  if (now - connection.countedSinceMs > SECOND) {
    connection.countedSinceMs = now;
    connection.controlFrames = 0;
  }
  if (++connection.controlFrames <= maximum || session.destroyed) return;
  session.destroy(new Error('more control frames than allowed'), NGHTTP2_ENHANCE_YOUR_CALM);
}
