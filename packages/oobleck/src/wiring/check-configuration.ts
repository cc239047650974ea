// A configuration held against everything it names, without starting anything: fields that contradict each other, files that
// are missing or malformed, keys that do not belong to their certificates. Nothing is listened on, nothing is fetched, nothing
// is written.

import { createSecureContext } from 'node:tls';
import { parsePem } from '@oobleck/stir/certificate';
import { ConfigurationError, createEventLog } from '../operate/index.ts';
import { type Caution, cautionsOf } from './cautions.ts';
import type { Configuration } from './configuration.ts';
import { requireConsistency } from './consistency.ts';
import { readIdentity } from './credential-files.ts';
import { createEnvironment, type Environment } from './environment.ts';
import { createMemoryStores } from './stores.ts';

interface TlsFiles {
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly clientCaFile?: string;
}

/**
 * @param folder that the paths of the configuration are relative to
 * @returns what somebody should think about
 * @throws ConfigurationError with every fault there is
 */
export async function checkConfiguration(
  configuration: Configuration,
  folder: string,
): Promise<readonly Caution[]> {
  requireConsistency(configuration);
  const environment = createEnvironment(configuration, folder, createMemoryStores(Date.now), {
    log: createEventLog({ level: 'silent' }),
  });
  environment.timers.close();
  const faults = [
    ...identityFaults(configuration, environment),
    ...tlsFaults(configuration, environment),
    ...(configuration.certificates ?? []).flatMap(({ chainFile }, at) => {
      const field = `certificates.${at}.chainFile`;
      return faultsOf(field, () => void environment.files.read(chainFile, field, parsePem));
    }),
  ];
  await environment.clients.close();
  if (faults.length > 0) throw new ConfigurationError(faults);
  return cautionsOf(configuration);
}

function identityFaults(
  { authentication, verification, clearText }: Configuration,
  environment: Environment,
): string[] {
  const { files, crypto } = environment;
  const named = [
    ...(authentication?.tenants ?? []).map((one, at) => [`authentication.tenants.${at}`, one] as const),
    ...(verification?.mailboxes ?? []).map((one, at) => [`verification.mailboxes.${at}`, one] as const),
    ...(clearText?.peers ?? []).map((one, at) => [`clearText.peers.${at}`, one] as const),
  ];
  return named.flatMap(([field, one]) => faultsOf(field, () => void readIdentity(files, crypto, one, field)));
}

function tlsFaults(
  { listen, rest, sip, metrics, atis, clearText }: Configuration,
  { files }: Environment,
): string[] {
  const named: readonly (readonly [string, TlsFiles | undefined])[] = [
    ['listen.tls', listen?.tls],
    ['rest.tls', rest?.tls],
    ['metrics.tls', metrics?.tls],
    ['atis.listen.tls', atis?.listen?.tls],
    ...(clearText?.peers ?? []).map(({ tls }, at) => [`clearText.peers.${at}.tls`, tls] as const),
    ...(sip?.listeners ?? []).map(({ tls }, at) => [`sip.listeners.${at}.tls`, tls] as const),
  ];
  return named.flatMap(([field, tls]) =>
    faultsOf(field, () => {
      if (tls === undefined) return;
      createSecureContext({
        cert: files.text(tls.certificateFile, `${field}.certificateFile`),
        key: files.text(tls.keyFile, `${field}.keyFile`),
        ca: tls.clientCaFile && files.text(tls.clientCaFile, `${field}.clientCaFile`),
      });
    }),
  );
}

/** What OpenSSL says may quote the file; only its code is told. */
function faultsOf(field: string, check: () => void): readonly string[] {
  try {
    check();
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    const { code } = error as NodeJS.ErrnoException;
    return [`${field}: not of the form it must have${code === undefined ? '' : ` (${code})`}`];
  }
}
