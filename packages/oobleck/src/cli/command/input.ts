// What commands read: a file, standard input (`-`), or the argument itself. Never more than 64 KiB, the bound of the
// protocol's own parsers, except where a caller says so.

import { createPrivateKey } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { StirError } from '@oobleck/stir';
import { decodeUtf8 } from '@oobleck/stir/bytes';
import type { SigningKey } from '@oobleck/stir/crypto';
import { createNodeCrypto } from '../../crypto/index.ts';
import { CommandFault, reading } from './command-fault.ts';
import { EXIT } from './exit-code.ts';

export const MAXIMUM_INPUT = 65_536;
const STANDARD_INPUT = 0;
const RETRY_MS = 10;

/** The bytes of a file, or of standard input for `-`. @throws CommandFault */
export function readBytes(path: string, maximumBytes: number = MAXIMUM_INPUT): Uint8Array {
  const bytes =
    path === '-' ? drain(STANDARD_INPUT, 'standard input', maximumBytes) : readWhole(path, maximumBytes);
  if (bytes.length > maximumBytes)
    throw new CommandFault(`${nameOf(path)}: more than ${maximumBytes / 1024} KiB`);
  return bytes;
}

/** The same as UTF-8 text. @throws CommandFault */
export function readText(path: string, maximumBytes?: number): string {
  const bytes = readBytes(path, maximumBytes);
  return reading(nameOf(path), () => decodeUtf8(bytes));
}

/**
 * The argument where `isContent` says that it is one, else the file of that name; without the white space around it.
 * @throws CommandFault
 */
export function readArgument(argument: string, isContent: (text: string) => boolean): string {
  if (argument.length > MAXIMUM_INPUT) throw new CommandFault('the argument has more than 64 KiB');
  return (argument !== '-' && isContent(argument) ? argument : readText(argument)).trim();
}

/**
 * A P-256 private key, PEM (PKCS #8 or SEC 1). Of what was read or named nothing is said: somebody may have put the key
 * itself where its file belongs.
 * @throws CommandFault
 */
export function readSigningKey(path: string): SigningKey {
  const pem = keyText(path);
  try {
    const pkcs8 = createPrivateKey(pem).export({ format: 'der', type: 'pkcs8' });
    return createNodeCrypto().importSigningKey(new Uint8Array(pkcs8));
  } catch (error) {
    throw new CommandFault(`--key: ${whyNoKey(error, pem)}`);
  }
}

function keyText(path: string): string {
  try {
    return readText(path);
  } catch (error) {
    if (!(error instanceof CommandFault)) throw error;
    const { code } = (error.cause ?? {}) as NodeJS.ErrnoException;
    throw new CommandFault(`--key: the file cannot be read${code === undefined ? '' : ` (${code})`}`);
  }
}

function whyNoKey(error: unknown, pem: string): string {
  if (error instanceof StirError) return 'not a P-256 private key';
  return pem.includes('ENCRYPTED') ? 'an encrypted key; decrypt it first' : 'not a private key in PEM';
}

export function nameOf(path: string): string {
  return path === '-' ? 'standard input' : path;
}

function readWhole(path: string, maximumBytes: number): Uint8Array {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (cause) {
    throw unreadable(path, cause);
  }
  try {
    return drain(file, path, maximumBytes);
  } finally {
    closeSync(file);
  }
}

/** Reads up to one byte more than allowed, whatever kind of file it is. */
function drain(file: number, name: string, maximumBytes: number): Uint8Array {
  const buffer = Buffer.alloc(maximumBytes + 1);
  let length = 0;
  while (length < buffer.length) {
    const count = readSome(file, name, buffer, length);
    if (count === 0) break;
    length += count;
  }
  return new Uint8Array(buffer.subarray(0, length));
}

/** A pipe that was set to give nothing instead of waiting is asked again a little later. */
function readSome(file: number, name: string, buffer: Buffer, at: number): number {
  for (;;) {
    try {
      return readSync(file, buffer, at, buffer.length - at, null);
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      // So does Windows say that a pipe has ended.
      if (code === 'EOF') return 0;
      if (code !== 'EAGAIN') throw unreadable(name, cause);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
    }
  }
}

function unreadable(name: string, cause: unknown): CommandFault {
  const { code = 'unknown error' } = cause as NodeJS.ErrnoException;
  const isLong = name.length > 80;
  const what = isLong ? 'the argument' : name;
  return new CommandFault(`${what}: cannot be read (${code})`, EXIT.usage, { cause });
}
