// Knows the connections and the unfinished responses of a server, so that it can be closed gracefully: idle
// connections end at once, busy ones after their last response, all of them after a bound.

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Http2SecureServer, ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';

export interface ConnectionTracker {
  close(boundMs: number): Promise<void>;
}

export function createConnectionTracker(server: Server | Http2SecureServer): ConnectionTracker {
  const sockets = new Set<Socket>();
  const sessions = new Set<ServerHttp2Session>();
  const busy = new Map<Socket, number>();
  const isSecure = 'setSecureContext' in server;
  const isHttp1 = (socket: Socket & { alpnProtocol?: string | false | null }) =>
    isSecure ? socket.alpnProtocol !== undefined && socket.alpnProtocol !== 'h2' : true;
  let isClosing = false;

  /** The same for all responses. */
  function ended(this: ServerResponse): void {
    const { socket } = this.req;
    const left = busy.get(socket)! - 1;
    if (left > 0) busy.set(socket, left);
    else busy.delete(socket);
    if (left === 0 && isClosing) socket.destroySoon();
  }

  server.on('connection', (socket: Socket) => remember(sockets, socket));
  server.on('secureConnection', (socket: Socket) => remember(sockets, socket));
  server.on('session', (session: ServerHttp2Session) => remember(sessions, session));
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (request.httpVersionMajor >= 2) return;
    const { socket } = request;
    if (isClosing) response.setHeader('connection', 'close');
    busy.set(socket, (busy.get(socket) ?? 0) + 1);
    response.on('close', ended);
  });

  return {
    close(boundMs) {
      isClosing = true;
      return new Promise((resolve) => {
        const timer = setTimeout(() => {
          for (const session of sessions) session.destroy();
          for (const socket of sockets) socket.destroy();
        }, boundMs);
        server.close(() => {
          clearTimeout(timer);
          resolve();
        });
        for (const session of sessions) session.close();
        for (const socket of sockets) if (isHttp1(socket) && !busy.has(socket)) socket.destroySoon();
      });
    },
  };
}

function remember<T extends Socket | ServerHttp2Session>(all: Set<T>, one: T): void {
  all.add(one);
  one.once('close', () => all.delete(one));
}
