// The claims of nearly every call: `shaken`, one number to one number, in the canonical form (RFC 8225 Section 9,
// RFC 8588 Section 4). One look at such text tells all that the strict reader would find in it; of any other text
// nothing is said here. A test holds the two readers against each other.

import type { JsonObject } from '../json/index.ts';
import type { TelephoneNumber } from '../number/index.ts';
import type { Attestation } from './shaken.ts';
import type { PassportStatement } from './statement.ts';

export interface ExactShaken {
  readonly statement: PassportStatement;
  readonly claims: JsonObject;
}

/** Fifteen digits are a safe integer. A UUID is written 8-4-4-4-12. */
const EXACT =
  /^\{"attest":"([ABC])","dest":\{"tn":\["([0-9#*]{1,15})"\]\},"iat":(0|[1-9][0-9]{0,14}),"orig":\{"tn":"([0-9#*]{1,15})"\},"origid":"([0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})"\}$/;

/** The payload's text; `undefined` for whatever is not exactly of that form. */
export function parseExactShaken(text: string): ExactShaken | undefined {
  const found = EXACT.exec(text);
  if (found === null) return undefined;
  const attestation = found[1] as Attestation;
  const called = found[2] as TelephoneNumber;
  const issuedAt = Number(found[3]);
  const number = found[4] as TelephoneNumber;
  const originationId = found[5]!;
  return {
    statement: {
      extension: 'shaken',
      originator: { kind: 'tn', number },
      destinations: { numbers: [called], uris: [] },
      issuedAt,
      shaken: { attestation, originationId },
    },
    claims: {
      attest: attestation,
      dest: { tn: [called] },
      iat: issuedAt,
      orig: { tn: number },
      origid: originationId,
    },
  };
}
