// The openssl program as an oracle for ES256: many signatures with one call, in a folder of their own.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PROCESSES = 4;

/** @param signatures DER, one for each text @returns whether each holds */
export function verifyWithOpenssl(
  publicKeyPem: string,
  texts: readonly string[],
  signatures: readonly Uint8Array[],
): readonly boolean[] {
  return inFolder((folder) => {
    writeFileSync(join(folder, 'key'), publicKeyPem);
    writeEach(folder, 'txt', texts);
    writeEach(folder, 'sig', signatures);
    const command = 'openssl dgst -sha256 -verify key -signature $0.sig $0.txt >$0.said 2>&1 || true';
    forEach(folder, texts.length, command);
    return texts.map((_text, at) =>
      readFileSync(join(folder, `${at}.said`), 'latin1').startsWith('Verified OK'),
    );
  });
}

/** @returns DER signatures, one for each text */
export function signWithOpenssl(privateKeyPem: string, texts: readonly string[]): readonly Uint8Array[] {
  return inFolder((folder) => {
    writeFileSync(join(folder, 'key'), privateKeyPem, { mode: 0o600 });
    writeEach(folder, 'txt', texts);
    forEach(folder, texts.length, 'openssl dgst -sha256 -sign key -out $0.sig $0.txt');
    return texts.map((_text, at) => readFileSync(join(folder, `${at}.sig`)));
  });
}

/** r || s to DER. */
export function toDerSignature(raw: Uint8Array): Uint8Array {
  const integer = (bytes: Uint8Array): Buffer => {
    const significant = Buffer.from(bytes.subarray(bytes.findIndex((byte) => byte !== 0)));
    const sign = significant[0]! > 0x7f ? [0] : [];
    return Buffer.from([0x02, significant.length + sign.length, ...sign, ...significant]);
  };
  const body = Buffer.concat([integer(raw.subarray(0, 32)), integer(raw.subarray(32))]);
  return Buffer.concat([Buffer.from([0x30, body.length]), body]);
}

/** DER to r || s. */
export function toRawSignature(der: Uint8Array): Uint8Array {
  const r = der.subarray(4, 4 + der[3]!);
  const s = der.subarray(6 + der[3]!);
  return Buffer.concat([r, s].map((integer) => Buffer.concat([Buffer.alloc(32), integer]).subarray(-32)));
}

function writeEach(folder: string, ending: string, contents: readonly (string | Uint8Array)[]): void {
  for (const [at, content] of contents.entries()) writeFileSync(join(folder, `${at}.${ending}`), content);
}

/** A few at a time; `$0` is the number. */
function forEach(folder: string, count: number, command: string): void {
  const numbers = Array.from({ length: count }, (_none, at) => at).join('\n');
  execFileSync('xargs', ['-P', String(PROCESSES), '-n', '1', 'sh', '-c', command], {
    cwd: folder,
    input: numbers,
  });
}

function inFolder<T>(act: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'stir-openssl-'));
  try {
    return act(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
