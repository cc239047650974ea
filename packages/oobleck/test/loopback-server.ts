// The HTTP server as a test wants it: over TLS at a free port of this machine, and silent unless it has a log.

import { createHttpServer, type HttpServer, type HttpServerOptions } from '../src/http/index.ts';
import type { TlsAuthority } from '../src/lab/pki.ts';
import { createEventLog } from '../src/operate/index.ts';

/** @param tls who issues its certificate: a client that trusts `tls.ca` reaches it */
export async function serveLoopback(
  tls: TlsAuthority,
  options: Partial<HttpServerOptions> = {},
): Promise<HttpServer> {
  return createHttpServer({
    host: '127.0.0.1',
    port: 0,
    tls: await tls.issueServer(),
    log: createEventLog({ level: 'silent' }),
    ...options,
  });
}
