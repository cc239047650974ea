// The envelope: what is sealed to a called party for one call. All envelopes of one size class look alike, and one
// with nothing in it is cover traffic (RFC 8816 Section 7.4, S-12).
//
//   uint8 version = 1 || uint8 n || n x (uint8 type || uint16 length || value) || zeros
//   type 1: PASSporT, full form; type 2: certificate chain, count x (uint16 length || DER), signer first;
//   type 3: reply address. Other types are skipped.

import { createByteReader, createByteWriter, decodeAscii, encodeUtf8, isAllZero } from '../bytes/index.ts';
import { StirError } from '../stir-error.ts';

export interface Envelope {
  /** PASSporTs of one call, in order, full form (RFC 8816 Section 8.1, S-05). */
  readonly passports: readonly string[];
  /** DER certificates, signer first, so that the receiver need not fetch. */
  readonly chain?: readonly Uint8Array[];
}

const VERSION = 1;
const TYPE_PASSPORT = 1;
const TYPE_CHAIN = 2;
const MAXIMUM_ITEMS = 16;
const MAXIMUM_CERTIFICATES = 5;

/** Bytes the envelope takes without padding. */
export function envelopeBytes({ passports, chain }: Envelope): number {
  let size = 2;
  for (const passport of passports) size += 3 + passport.length;
  return chain === undefined ? size : size + 3 + chainBytes(chain);
}

/** Whether it can be encoded in so many bytes. */
export function fitsEnvelope(envelope: Envelope, size: number): boolean {
  const { passports, chain } = envelope;
  const items = passports.length + (chain === undefined ? 0 : 1);
  const isChainShort = chain === undefined || chain.length <= MAXIMUM_CERTIFICATES;
  return isChainShort && items <= MAXIMUM_ITEMS && envelopeBytes(envelope) <= size;
}

/** The envelope padded to `size` bytes. @throws StirError ERR_ENVELOPE_FORMAT where it does not fit */
export function encodeEnvelope(envelope: Envelope, size: number): Uint8Array {
  const { passports, chain } = envelope;
  const items = passports.length + (chain === undefined ? 0 : 1);
  if (envelopeBytes(envelope) > size || items > MAXIMUM_ITEMS)
    throw refusal('envelope does not fit its size');
  if (chain !== undefined && chain.length > MAXIMUM_CERTIFICATES) throw refusal('chain too long');
  const writer = createByteWriter(size).uint8(VERSION).uint8(items);
  for (const passport of passports) {
    const value = encodeUtf8(passport);
    writer.uint8(TYPE_PASSPORT).uint16(value.length).bytes(value);
  }
  if (chain !== undefined) {
    writer.uint8(TYPE_CHAIN).uint16(chainBytes(chain));
    for (const der of chain) writer.uint16(der.length).bytes(der);
  }
  return writer.finish();
}

/** @throws StirError ERR_ENVELOPE_FORMAT: another version, a cut item, padding that is not zero */
export function parseEnvelope(bytes: Uint8Array): Envelope {
  try {
    return readEnvelope(bytes);
  } catch (cause) {
    if (cause instanceof StirError && cause.code === 'ERR_ENVELOPE_FORMAT') throw cause;
    throw new StirError('ERR_ENVELOPE_FORMAT', 'malformed envelope', { cause });
  }
}

function readEnvelope(bytes: Uint8Array): Envelope {
  const reader = createByteReader(bytes);
  if (reader.uint8() !== VERSION) throw refusal('unknown envelope version');
  const items = reader.uint8();
  if (items > MAXIMUM_ITEMS) throw refusal('too many items in an envelope');
  const passports: string[] = [];
  let chain: Uint8Array[] | undefined;
  for (let item = 0; item < items; item++) {
    const type = reader.uint8();
    const value = reader.bytes(reader.uint16());
    if (type === TYPE_PASSPORT) passports.push(decodeAscii(value));
    else if (type === TYPE_CHAIN) {
      if (chain !== undefined) throw refusal('two chains in an envelope');
      chain = readChain(value);
    }
  }
  if (!isAllZero(reader.rest())) throw refusal('padding is not zero');
  return chain === undefined ? { passports } : { passports, chain };
}

function readChain(value: Uint8Array): Uint8Array[] {
  const reader = createByteReader(value);
  const chain: Uint8Array[] = [];
  while (reader.remaining > 0) {
    if (chain.length === MAXIMUM_CERTIFICATES) throw refusal('chain too long');
    chain.push(reader.bytes(reader.uint16()));
  }
  return chain;
}

function chainBytes(chain: readonly Uint8Array[]): number {
  return chain.reduce((size, der) => size + 2 + der.length, 0);
}

function refusal(message: string): StirError {
  return new StirError('ERR_ENVELOPE_FORMAT', message);
}
