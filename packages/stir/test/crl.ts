// CRLs for tests, written by hand, so that what is wrong in them is what the test says.

import type { SigningKey } from '../src/crypto/index.ts';
import {
  ES256_ALGORITHM,
  type Extension,
  encodeDer,
  encodeDerInteger,
  encodeExtension,
  formatEcdsaSignature,
  TAG,
} from '../src/der/index.ts';

export interface CrlEntryShape {
  /** Content octets of the INTEGER. */
  readonly serialNumber: Uint8Array;
  /** Who issued the certificate, DER Name, where the entry says so. */
  readonly issuer?: Uint8Array;
  readonly extensions?: readonly Extension[];
}

export interface CrlShape {
  /** DER Name. */
  readonly issuer: Uint8Array;
  /** Unix seconds. */
  readonly thisUpdate: number;
  /** Unix seconds; `null` leaves it out. */
  readonly nextUpdate: number | null;
  readonly entries: readonly CrlEntryShape[];
  /** Default: indirect, as STI-PA's. */
  readonly extensions?: readonly Extension[];
  readonly version?: number;
}

/** IssuingDistributionPoint with indirectCRL. */
export const INDIRECT: Extension = {
  oid: '2.5.29.28',
  isCritical: true,
  value: encodeDer(TAG.sequence, encodeDer(0x84, Uint8Array.of(0xff))),
};

/** certificateIssuer of an entry. */
export const certificateIssuer = (name: Uint8Array): Extension => ({
  oid: '2.5.29.29',
  isCritical: true,
  value: encodeDer(TAG.sequence, encodeDer(0xa4, name)),
});

/** A signed CRL, DER. */
export function createCrl(key: SigningKey, shape: CrlShape): Uint8Array {
  const extensions = shape.extensions ?? [INDIRECT];
  const tbs = encodeDer(
    TAG.sequence,
    encodeDerInteger(shape.version ?? 1),
    ES256_ALGORITHM,
    shape.issuer,
    utcTime(shape.thisUpdate),
    ...(shape.nextUpdate === null ? [] : [utcTime(shape.nextUpdate)]),
    ...(shape.entries.length === 0
      ? []
      : [
          encodeDer(
            TAG.sequence,
            Buffer.concat(shape.entries.map((entry) => encodeEntry(entry, shape.thisUpdate))),
          ),
        ]),
    ...(extensions.length === 0 ? [] : [encodeDer(TAG.explicit0, encodeList(extensions))]),
  );
  const bits = encodeDer(TAG.bitString, Uint8Array.of(0), formatEcdsaSignature(key.sign(tbs)));
  return encodeDer(TAG.sequence, tbs, ES256_ALGORITHM, bits);
}

function encodeEntry({ serialNumber, issuer, extensions = [] }: CrlEntryShape, at: number): Uint8Array {
  const all = issuer === undefined ? extensions : [certificateIssuer(issuer), ...extensions];
  return encodeDer(
    TAG.sequence,
    encodeDer(TAG.integer, serialNumber),
    utcTime(at),
    ...(all.length === 0 ? [] : [encodeList(all)]),
  );
}

function encodeList(extensions: readonly Extension[]): Uint8Array {
  return encodeDer(TAG.sequence, ...extensions.map(encodeExtension));
}

function utcTime(seconds: number): Uint8Array {
  const digits = new Date(seconds * 1000).toISOString().replace(/[-:T]|\.000/g, '');
  return encodeDer(TAG.utcTime, Buffer.from(digits.slice(2)));
}
