// Serves certificate chains to whoever checks a signature: what the `x5u` of a PASSporT points at (RFC 8224 Section 4.1,
// RFC 9060 Section 7 for the chain).

import type { FastifyApp } from './fastify-app.ts';

export interface ServedChain {
  readonly path: string;
  /** PEM, signer first; read at every request, so that a renewed chain is served at once. */
  readonly pem: string;
}

const MAXIMUM_AGE_SECONDS = 86_400;

export function addCertificateRoutes({ app }: FastifyApp, chains: readonly ServedChain[]): void {
  for (const served of chains)
    app.get(served.path, async (_request, reply) =>
      reply
        .header('content-type', 'application/pem-certificate-chain')
        .header('cache-control', `public, max-age=${MAXIMUM_AGE_SECONDS}`)
        .send(served.pem),
    );
}
