// Certificates, CRLs and requests as text (RFC 7468): certificates are what an x5u serves as application/pem-certificate-chain,
// signer first (RFC 9060 Section 7). Explanatory text may stand between blocks; inside a block only base64 and line ends may.

import { decodeBase64url, encodeBase64url } from '../bytes/index.ts';
import { StirError } from '../stir-error.ts';

/** What a block may say it holds. */
export type PemLabel = 'CERTIFICATE' | 'X509 CRL' | 'CERTIFICATE REQUEST';

export interface PemLimits {
  readonly label: PemLabel;
  /** Characters. */
  readonly maximumText: number;
  readonly maximumBlocks: number;
}

const CERTIFICATES: PemLimits = { label: 'CERTIFICATE', maximumText: 65_536, maximumBlocks: 10 };
const LINE = 64;

/**
 * The DER of 1 to 10 certificates, in their order.
 * @throws StirError ERR_PEM_FORMAT for another label, an open block, bad base64, no certificate or too many
 */
export function parsePem(text: string): Uint8Array<ArrayBuffer>[] {
  return parsePemBlocks(text, CERTIFICATES);
}

/** The same for blocks of another label and size. @throws StirError ERR_PEM_FORMAT */
export function parsePemBlocks(text: string, limits: PemLimits): Uint8Array<ArrayBuffer>[] {
  if (text.length > limits.maximumText) throw refusal('too large');
  const ders: Uint8Array<ArrayBuffer>[] = [];
  let block: string[] | undefined;
  for (const line of text.split(/\r?\n/)) {
    if (block === undefined) {
      if (isBoundary(line)) block = openBlock(line, limits.label);
    } else if (isBoundary(line)) {
      if (ders.length === limits.maximumBlocks) throw refusal('too many blocks');
      ders.push(closeBlock(line, limits.label, block));
      block = undefined;
    } else block.push(line);
  }
  if (block !== undefined) throw refusal('block without an end');
  if (ders.length === 0) throw refusal('no block');
  return ders;
}

export function formatPem(ders: readonly Uint8Array[], label: PemLabel = 'CERTIFICATE'): string {
  return ders.map((der) => formatBlock(der, label)).join('');
}

function isBoundary(line: string): boolean {
  return line.startsWith('-----');
}

function openBlock(line: string, label: PemLabel): string[] {
  if (line.trimEnd() !== `-----BEGIN ${label}-----`) throw refusal(`label other than ${label}`);
  return [];
}

function closeBlock(line: string, label: PemLabel, block: readonly string[]): Uint8Array<ArrayBuffer> {
  if (line.trimEnd() !== `-----END ${label}-----` || block.includes('')) throw refusal('block badly closed');
  const base64 = block.join('');
  if (base64 === '' || base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64))
    throw refusal('not base64');
  return decodeBase64(base64);
}

function decodeBase64(base64: string): Uint8Array<ArrayBuffer> {
  try {
    return decodeBase64url(base64.replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_'));
  } catch (cause) {
    throw new StirError('ERR_PEM_FORMAT', 'not PEM: not canonical base64', { cause });
  }
}

function formatBlock(der: Uint8Array, label: PemLabel): string {
  const base64 = encodeBase64url(der).replaceAll('-', '+').replaceAll('_', '/');
  const padded = base64.padEnd(Math.ceil(base64.length / 4) * 4, '=');
  const lines: string[] = [];
  for (let at = 0; at < padded.length; at += LINE) lines.push(padded.slice(at, at + LINE));
  return `${[`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`].join('\n')}\n`;
}

function refusal(what: string): StirError {
  return new StirError('ERR_PEM_FORMAT', `not PEM: ${what}`);
}
