// The extensions that are looked at, told apart by the octets of their identifiers: id-ce (2.5.29) and id-pe
// (1.3.6.1.5.5.7.1), each with one octet behind. On the call path no text is made of them.

const ID_PE = [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01];
const PE = 256;

/** Last arcs below id-ce; 256 more below id-pe. */
export const EXTENSION = {
  subjectKeyId: 14,
  keyUsage: 15,
  basicConstraints: 19,
  nameConstraints: 30,
  crlDistributionPoints: 31,
  policies: 32,
  policyMappings: 33,
  authorityKeyId: 35,
  policyConstraints: 36,
  extendedKeyUsage: 37,
  inhibitAnyPolicy: 54,
  authorityInformation: PE + 1,
  tnAuthList: PE + 26,
  claimConstraints: PE + 27,
  enhancedClaimConstraints: PE + 33,
} as const;

const KNOWN: ReadonlySet<number> = new Set(Object.values(EXTENSION));

/** One of `EXTENSION`, or `undefined` for any other. */
export function extensionNumber(oid: Uint8Array): number | undefined {
  const number = numberOf(oid);
  return number !== undefined && KNOWN.has(number) ? number : undefined;
}

function numberOf(oid: Uint8Array): number | undefined {
  if (oid.length === 3 && oid[0] === 0x55 && oid[1] === 0x1d) return oid[2];
  if (oid.length !== 8) return undefined;
  for (let i = 0; i < 7; i++) if (oid[i] !== ID_PE[i]) return undefined;
  return PE + oid[7]!;
}
