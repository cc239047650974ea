// SIP over TCP and TLS (RFC 3261 Section 18). Answers go back on the connection of the request and nowhere else. Whoever
// is no peer is cut off before a word, a peer has so many connections, a message has so much time from its first octet
// to its last, and a connection on which nothing happens ends.

import { createHash } from 'node:crypto';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket, type Server as TlsServer } from 'node:tls';
import type { Listener, ListenerOptions, ListenerTls } from './listener.ts';
import { createMessageFraming } from './message-framing.ts';
import { plainAddress } from './peers.ts';

export interface StreamOptions extends ListenerOptions {
  /** With it, TLS. */
  readonly tls?: ListenerTls | undefined;
  /** Connections from one address at once, default 64. */
  readonly connectionsPerPeer?: number | undefined;
  /** For one message, first octet to last, and for a handshake; default 5000. */
  readonly messageMs?: number | undefined;
  /** Default 600000. */
  readonly idleMs?: number | undefined;
}

const CONNECTIONS_PER_PEER = 64;
const MESSAGE_MS = 5_000;
const IDLE_MS = 600_000;
/** Of answers nobody takes. */
const MAXIMUM_UNSENT = 1_048_576;

interface Context {
  readonly options: StreamOptions;
  readonly byAddress: Map<string, Set<Socket>>;
  isOpen: boolean;
}

/** @returns once it listens. @throws what listening throws, or a certificate that is none */
export async function createStreamListener(options: StreamOptions): Promise<Listener> {
  const { name, host, port, peers, tls } = options;
  const context: Context = { options, byAddress: new Map(), isOpen: true };
  const server = tls === undefined ? tcpServer(context) : tlsServer(context, tls);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, ipv6Only: host.includes(':') }, () => {
      server.off('error', reject);
      server.on('error', () => undefined);
      resolve();
    });
  });
  let closing: Promise<void> | undefined;
  return {
    name,
    port: (server.address() as { readonly port: number }).port,
    reload: (changed) => {
      if (tls !== undefined)
        (server as TlsServer).setSecureContext(contextOf(changed, peers.needsCertificates));
    },
    close: () => (closing ??= close(context, server)),
  };
}

async function close(context: Context, server: Server): Promise<void> {
  context.isOpen = false;
  const { options, byAddress } = context;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  await options.element.idle();
  for (const sockets of byAddress.values()) for (const socket of sockets) socket.destroySoon();
  await closed;
}

function tcpServer(context: Context): Server {
  const server = createTcpServer({ noDelay: true });
  server.on('connection', (socket) => {
    if (admit(context, socket)) serve(context, socket, undefined);
  });
  return server;
}

function tlsServer(context: Context, tls: ListenerTls): TlsServer {
  const { peers, messageMs = MESSAGE_MS } = context.options;
  const server = createTlsServer({
    ...contextOf(tls, peers.needsCertificates),
    minVersion: 'TLSv1.2',
    handshakeTimeout: messageMs,
    noDelay: true,
  });
  server.prependListener('connection', (socket: Socket) => void admit(context, socket));
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  server.on('secureConnection', (socket) => serve(context, socket, certificateOf(socket)));
  return server;
}

function contextOf({ certificate, key, clientCa }: ListenerTls, needsCertificates: boolean) {
  return {
    cert: certificate,
    key,
    requestCert: needsCertificates || clientCa !== undefined,
    rejectUnauthorized: clientCa !== undefined,
    ...(clientCa === undefined ? {} : { ca: clientCa }),
  };
}

function certificateOf(socket: TLSSocket): string | undefined {
  const { raw } = socket.getPeerCertificate();
  return raw === undefined ? undefined : createHash('sha256').update(raw).digest('hex');
}

function addressOf(socket: Socket): string {
  return plainAddress(socket.remoteAddress ?? '');
}

/** @returns whether the connection is one of a peer, and not one too many */
function admit({ options, byAddress, isOpen }: Context, socket: Socket): boolean {
  const address = addressOf(socket);
  const others = byAddress.get(address) ?? new Set<Socket>();
  const maximum = options.connectionsPerPeer ?? CONNECTIONS_PER_PEER;
  socket.on('error', () => socket.destroy());
  if (!isOpen || !options.peers.isKnown(address) || others.size >= maximum) {
    socket.destroy();
    return false;
  }
  byAddress.set(address, others.add(socket));
  socket.once('close', () => {
    others.delete(socket);
    if (others.size === 0) byAddress.delete(address);
  });
  return true;
}

/** @param certificate what the other side has proven */
function serve(context: Context, socket: Socket, certificate: string | undefined): void {
  socket.on('error', () => socket.destroy());
  const { name, element, peers, messageMs = MESSAGE_MS, idleMs = IDLE_MS } = context.options;
  const address = addressOf(socket);
  if (peers.find(address, certificate) === undefined) {
    socket.destroy();
    return;
  }
  const source = { address, port: socket.remotePort ?? 0 };
  const send = (answer: string): void => write(socket, answer);
  let overdue: NodeJS.Timeout | undefined;
  const rest = (): void => {
    clearTimeout(overdue);
    overdue = undefined;
  };
  const framing = createMessageFraming({
    message: (scanned) => {
      rest(); // the time is each message's own
      const peer = peers.find(address, certificate);
      if (peer === undefined)
        socket.destroy(); // no peer any more
      else if (context.isOpen) element.receive(scanned, { listener: name, peer, source, send });
    },
    ping: () => write(socket, '\r\n'),
    end: () => void socket.end(),
  });
  socket.setTimeout(idleMs, () => socket.destroy());
  socket.once('close', rest);
  socket.on('data', (chunk: Buffer) => {
    framing.push(chunk);
    if (!framing.isWithinMessage()) rest();
    else overdue ??= setTimeout(() => socket.destroy(), messageMs);
  });
}

function write(socket: Socket, text: string): void {
  if (socket.destroyed || !socket.writable) return;
  socket.write(text, 'latin1');
  if (socket.writableLength > MAXIMUM_UNSENT) socket.destroy();
}
