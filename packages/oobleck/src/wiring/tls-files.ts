// Certificate, key and the authorities of clients of a listener: read together at the start and when one of their files
// changes, and taken together or not at all. Connections that are there stay as they are.

import { createSecureContext } from 'node:tls';
import type { TlsMaterial } from '../http/index.ts';
import { ConfigurationError } from '../operate/index.ts';
import type { Environment } from './environment.ts';

export interface TlsFiles {
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly clientCaFile?: string | undefined;
}

/**
 * @param field where the configuration names the files, such as `listen.tls`
 * @throws ConfigurationError for a file that cannot be read, and where certificate and key do not belong together
 */
export function readTls(tls: TlsFiles, field: string, { files }: Pick<Environment, 'files'>): TlsMaterial {
  const certificate = files.text(tls.certificateFile, `${field}.certificateFile`);
  const key = files.text(tls.keyFile, `${field}.keyFile`);
  try {
    createSecureContext({ cert: certificate, key });
  } catch {
    throw new ConfigurationError([`${field}: expected a certificate and the key that belongs to it`]);
  }
  if (tls.clientCaFile === undefined) return { certificate, key };
  return { certificate, key, clientCa: files.text(tls.clientCaFile, `${field}.clientCaFile`) };
}

/** @param replace for connections from then on */
export function renewTls(
  tls: TlsFiles,
  field: string,
  role: string,
  environment: Pick<Environment, 'files' | 'live'>,
  replace: (material: TlsMaterial) => void,
): void {
  const { files, live } = environment;
  const paths = [
    tls.certificateFile,
    tls.keyFile,
    ...(tls.clientCaFile === undefined ? [] : [tls.clientCaFile]),
  ];
  live.add({
    role,
    paths: paths.map((path) => files.path(path)),
    load: () => replace(readTls(tls, field, environment)),
  });
}
