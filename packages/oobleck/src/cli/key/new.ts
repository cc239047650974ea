// `oobleck key new`: a P-256 key pair for signing PASSporTs. The private key goes into a file that only its owner may
// read; without a file, and only then, to standard output.

import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { EXIT, type ExitCode } from '../command/exit-code.ts';
import type { Terminal } from '../command/terminal.ts';
import { writeSecret } from '../command/write-file.ts';

export interface KeyNewOptions {
  readonly out?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function newKey({ out, force = false, json = false }: KeyNewOptions, terminal: Terminal): ExitCode {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const secret = pemOf(privateKey, 'pkcs8');
  if (out !== undefined) writeSecret(out, secret, force);
  if (json) terminal.out(JSON.stringify(jsonOf(publicKey, out ?? secret, out !== undefined)));
  else {
    if (out === undefined) terminal.out(secret.trimEnd());
    terminal.out(pemOf(publicKey, 'spki').trimEnd());
  }
  return EXIT.fine;
}

function jsonOf(publicKey: KeyObject, place: string, isFile: boolean): object {
  const { kty, crv, x, y } = publicKey.export({ format: 'jwk' });
  return { ...(isFile ? { file: place } : { privateKey: place }), publicKey: { kty, crv, x, y } };
}

function pemOf(key: KeyObject, type: 'pkcs8' | 'spki'): string {
  return key.export({ format: 'pem', type }) as string;
}
