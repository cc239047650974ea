// The roots of outgoing TLS, where the configuration names a file of its own. Read at the start, on SIGHUP and when the file
// has changed, never when a connection is made: a file that is missing or at fault leaves the roots that there are.

import { X509Certificate } from 'node:crypto';
import type { CredentialFiles } from './credential-files.ts';
import type { LiveFiles } from './live-files.ts';

/** PEM roots of the moment; the same list until they are read again. */
export type OutgoingRoots = () => readonly string[];

/** @throws ConfigurationError */
export function readOutgoingRoots(
  files: CredentialFiles,
  live: LiveFiles,
  path: string | undefined,
): OutgoingRoots | undefined {
  if (path === undefined) return undefined;
  const read = (): readonly string[] => files.read(path, 'client.caFile', rootsIn);
  let roots = read();
  const load = (): void => {
    roots = read();
  };
  live.add({ role: 'http', paths: [files.path(path)], load });
  return () => roots;
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** What is half written has none, or one that cannot be read. */
function rootsIn(text: string): readonly string[] {
  const roots = text.match(CERTIFICATE) ?? [];
  if (roots.length === 0) throw new Error('no certificate');
  for (const root of roots) new X509Certificate(root);
  return [...roots];
}
