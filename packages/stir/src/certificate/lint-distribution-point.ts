// The CRL distribution point as the STI profile has it (ATIS-1000080): STI-PA's list is indirect, so the point names the issuer of the
// list beside its URL.
//
//   CRLDistributionPoints ::= SEQUENCE SIZE (1..MAX) OF DistributionPoint
//   DistributionPoint ::= SEQUENCE { distributionPoint [0] { fullName [0] GeneralNames }, reasons [1], cRLIssuer [2] GeneralNames }

import { decodeAscii } from '../bytes/index.ts';
import { DerReader, TAG } from '../der/index.ts';

const FULL_NAME = 0xa0;
const REASONS = 0x81;
const CRL_ISSUER = 0xa2;
const URI = 0x86;
const HTTP = /^https?:\/\/[!-~]+$/i;

/** Exactly one point, with one name, an http or https URL, and a cRLIssuer. @throws StirError where it cannot be read */
export function hasProfileDistributionPoint(value: Uint8Array | undefined): boolean {
  if (value === undefined) return false;
  const points = DerReader.only(value, TAG.sequence);
  const point = points.enter(TAG.sequence);
  if (!points.isDone || !point.has(TAG.explicit0)) return false;
  const hasUrl = isOneUrl(point.enter(TAG.explicit0));
  if (point.has(REASONS)) point.skip(REASONS);
  return hasUrl && point.has(CRL_ISSUER);
}

function isOneUrl(name: DerReader): boolean {
  if (!name.has(FULL_NAME)) return false;
  const names = name.enter(FULL_NAME);
  if (!names.has(URI)) return false;
  return HTTP.test(decodeAscii(names.content(URI))) && names.isDone;
}
