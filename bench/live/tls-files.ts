// A TLS certificate for a server on loopback, in files.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTlsAuthority } from '../../packages/oobleck/src/lab/tls-authority.ts';

export async function createTlsFiles(folder: string) {
  const authority = await createTlsAuthority({ nowMs: Date.now() });
  const { certificate, key } = await authority.issueServer();
  const certificateFile = join(folder, 'tls.pem');
  const keyFile = join(folder, 'tls.key');
  writeFileSync(certificateFile, certificate);
  writeFileSync(keyFile, key);
  return { certificateFile, keyFile, ca: authority.ca };
}
