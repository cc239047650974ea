// Reads what the configuration points at: certificate chains, private keys, anchors, the number map. A file that is
// missing or malformed is a fault of the configuration, named by its field and never by its content.

import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { StirError } from '@oobleck/stir';
import { type Certificate, parseCertificate, parsePem } from '@oobleck/stir/certificate';
import type { Crypto, SigningKey } from '@oobleck/stir/crypto';
import { ConfigurationError } from '../operate/index.ts';

/** Reads files relative to the folder of the configuration. */
export interface CredentialFiles {
  /** @param field where in the configuration the path stands */
  text(path: string, field: string): string;
  read<T>(path: string, field: string, parse: (text: string) => T): T;
  path(path: string): string;
}

export function createCredentialFiles(folder: string): CredentialFiles {
  const text = (path: string, field: string): string => {
    try {
      return readFileSync(resolve(folder, path), 'utf8');
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
      throw new ConfigurationError([`${field}: the file cannot be read (${code})`], { cause });
    }
  };
  return {
    text,
    path: (path) => resolve(folder, path),
    read(path, field, parse) {
      const content = text(path, field);
      try {
        return parse(content);
      } catch (cause) {
        const why = cause instanceof StirError ? cause.message : 'not of the form it must have';
        throw new ConfigurationError([`${field}: ${why}`], { cause });
      }
    },
  };
}

export interface Identity {
  readonly chain: readonly Certificate[];
  readonly key: SigningKey;
}

/** An STI credential: its chain and the private key that belongs to the first certificate. */
export function readIdentity(
  files: CredentialFiles,
  crypto: Crypto,
  { chainFile, keyFile }: { readonly chainFile: string; readonly keyFile: string },
  field: string,
): Identity {
  const chain = files.read(chainFile, `${field}.chainFile`, (pem) => parsePem(pem).map(parseCertificate));
  const key = files.read(keyFile, `${field}.keyFile`, (pem) => importPem(crypto, pem));
  if (Buffer.compare(key.publicKey.spki, chain[0]!.spki) !== 0)
    throw new ConfigurationError([`${field}.keyFile: not the key of the first certificate of chainFile`]);
  return { chain, key };
}

function importPem(crypto: Crypto, pem: string): SigningKey {
  const pkcs8 = createPrivateKey(pem).export({ format: 'der', type: 'pkcs8' });
  return crypto.importSigningKey(new Uint8Array(pkcs8));
}
