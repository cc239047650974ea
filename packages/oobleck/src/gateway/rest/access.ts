// Who may use the REST interface, and as which tenant. On loopback anybody on the machine may, but no web page: `Host`
// has to name loopback and `Origin` must be absent. Elsewhere a client certificate (checked by TLS) or a bearer key
// decides, each bound to one tenant.

import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { problem, unauthorized } from '../../http/index.ts';

export interface AccessOptions {
  /** Whether the listener is on loopback and open to the machine. */
  readonly isOpen: boolean;
  /** The tenant of whoever needs no key. */
  readonly defaultTenant?: string | undefined;
  /** Values of `Host` beside loopback names, without port. */
  readonly hosts?: readonly string[];
  readonly bearerKeys?: readonly {
    readonly tenant: string;
    /** Hexadecimal SHA-256 of the key: the key itself is kept nowhere. */
    readonly sha256: string;
  }[];
  readonly clientCertificates?: readonly {
    readonly tenant: string;
    /** Hexadecimal SHA-256 of the DER certificate. */
    readonly sha256: string;
  }[];
}

/** What is known of a request before its body. */
export interface Asking {
  readonly headers: IncomingHttpHeaders;
  readonly socket: Socket | undefined;
}

/** @returns the tenant. @throws HttpProblem 401, 403 */
export type Access = (request: Asking) => string;

const LOOPBACK_HOSTS = ['localhost', '127.0.0.1', '[::1]'];

export function createAccess(options: AccessOptions): Access {
  const hosts = new Set([...LOOPBACK_HOSTS, ...(options.hosts ?? []).map((host) => host.toLowerCase())]);
  const keys = (options.bearerKeys ?? []).map(({ tenant, sha256 }) => ({
    tenant,
    hash: Buffer.from(sha256, 'hex'),
  }));
  const certificates = new Map(
    (options.clientCertificates ?? []).map((one) => [one.sha256.toLowerCase(), one.tenant]),
  );
  return (request) => {
    refuseWebPages(request, options.isOpen ? hosts : undefined);
    const tenant = tenantOfKey(request, keys) ?? tenantOfCertificate(request, certificates);
    if (tenant !== undefined) return tenant;
    if (options.isOpen && options.defaultTenant !== undefined && request.headers.authorization === undefined)
      return options.defaultTenant;
    throw unauthorized(
      'unauthorized',
      'This needs a client certificate or a bearer key of a tenant',
      'Bearer',
    );
  };
}

/** A page in a browser on this machine can reach loopback; its requests name their origin or another host. */
function refuseWebPages({ headers }: Asking, hosts: ReadonlySet<string> | undefined): void {
  if (headers.origin !== undefined) throw problem(403, 'web-page', 'Web pages are not served here');
  if (hosts === undefined) return;
  const authority = headers.host ?? String(headers[':authority'] ?? '');
  if (!hosts.has(authority) && !hosts.has(authority.toLowerCase().replace(/:[0-9]+$/, '')))
    throw problem(403, 'wrong-host', 'Host does not name this service');
}

function tenantOfKey(
  { headers: { authorization } }: Asking,
  keys: readonly { readonly tenant: string; readonly hash: Buffer }[],
): string | undefined {
  if (authorization === undefined) return undefined;
  const bearer = /^Bearer ([!-~]{16,256})$/i.exec(authorization);
  if (bearer === null) return undefined;
  const hash = createHash('sha256').update(bearer[1]!).digest();
  // Every key is compared, so that the time says nothing about which one it is.
  return keys.filter((key) => timingSafeEqual(key.hash, hash))[0]?.tenant;
}

function tenantOfCertificate({ socket }: Asking, certificates: ReadonlyMap<string, string>) {
  if (certificates.size === 0 || !(socket as TLSSocket | undefined)?.authorized) return undefined;
  const { raw } = (socket as TLSSocket).getPeerCertificate();
  return raw === undefined ? undefined : certificates.get(createHash('sha256').update(raw).digest('hex'));
}
