// A certificate in words: what its fields and extensions say to whoever looks at STIR.

import { encodeHex } from '@oobleck/stir/bytes';
import { type Certificate, formatName, listExtensions, verifyingKeyOf } from '@oobleck/stir/certificate';
import type { Crypto } from '@oobleck/stir/crypto';
import { formatTnEntry, type TnEntry } from '@oobleck/stir/number';
import { count, formatDuration, formatTime, printable } from '../command/layout.ts';

const MAXIMUM_ENTRIES_SHOWN = 20;

const EXTENSIONS: Readonly<Record<string, string>> = {
  '2.5.29.14': 'subject key identifier',
  '2.5.29.15': 'key usage',
  '2.5.29.17': 'subject alternative name',
  '2.5.29.19': 'basic constraints',
  '2.5.29.30': 'name constraints',
  '2.5.29.31': 'CRL distribution points',
  '2.5.29.32': 'certificate policies',
  '2.5.29.35': 'authority key identifier',
  '2.5.29.36': 'policy constraints',
  '2.5.29.37': 'extended key usage',
  '1.3.6.1.5.5.7.1.1': 'authority information access',
  '1.3.6.1.5.5.7.1.26': 'TNAuthList',
  '1.3.6.1.5.5.7.1.27': 'JWTClaimConstraints',
  '1.3.6.1.5.5.7.1.33': 'EnhancedJWTClaimConstraints',
};

/** @param now Unix seconds */
export function describeCertificate(
  certificate: Certificate,
  now: number,
  crypto: Crypto,
): readonly (readonly [string, string])[] {
  const { subjectText, issuer, serialNumber, der } = certificate;
  return [
    ['subject', printable(subjectText) || '(empty)'],
    ['issuer', printable(formatName(issuer)) || '(empty)'],
    ['serial', encodeHex(serialNumber)],
    ['valid', validityOf(certificate, now)],
    ['key', keyOf(certificate, crypto)],
    [
      'signed with',
      certificate.signatureAlgorithm === 'unsupported'
        ? 'an unsupported algorithm'
        : certificate.signatureAlgorithm,
    ],
    ['role', roleOf(certificate)],
    ...numbersOf(certificate),
    ...constraintsOf(certificate),
    ...listExtensions(certificate).map(({ oid, isCritical }): [string, string] => [
      'extension',
      `${EXTENSIONS[oid] ?? 'unknown here'} (${oid})${isCritical ? ', critical' : ''}`,
    ]),
    ['sha-256', encodeHex(crypto.sha256(der))],
  ];
}

/** For programs. */
export function certificateJson(certificate: Certificate, crypto: Crypto): object {
  const { subjectText, issuer, serialNumber, notBefore, notAfter, der, claimConstraints } = certificate;
  const { basicConstraints, tnAuthList, tnListUrls, unenforcedExtensions } = certificate;
  return {
    subject: subjectText,
    issuer: formatName(issuer),
    serialNumber: encodeHex(serialNumber),
    notBefore: formatTime(notBefore),
    notAfter: formatTime(notAfter),
    isCa: basicConstraints?.isCa === true,
    tnAuthList: (tnAuthList ?? []).map(formatTnEntry),
    tnListUrls,
    ...(claimConstraints === undefined
      ? {}
      : {
          claimConstraints: {
            mustInclude: claimConstraints.mustInclude,
            permittedValues: Object.fromEntries(claimConstraints.permittedValues),
            mustExclude: claimConstraints.mustExclude,
          },
        }),
    extensions: listExtensions(certificate).map(({ oid, isCritical }) => ({ oid, critical: isCritical })),
    unenforcedExtensions,
    sha256: encodeHex(crypto.sha256(der)),
  };
}

export function validityOf({ notBefore, notAfter }: Certificate, now: number): string {
  const span = `${formatTime(notBefore)} to ${formatTime(notAfter)}`;
  if (now < notBefore) return `${span}; not yet`;
  return now > notAfter ? `${span}; expired` : `${span}; ${formatDuration(notAfter - now)} left`;
}

function keyOf(certificate: Certificate, crypto: Crypto): string {
  const key = verifyingKeyOf(certificate, crypto);
  if (key === undefined) return 'neither P-256 nor RSA of 2048 to 4096 bits';
  return key.algorithm === 'ES256' ? 'P-256' : 'RSA, which signs certificates but no PASSporTs';
}

function roleOf(certificate: Certificate): string {
  const { basicConstraints, keyUsage } = certificate;
  if (basicConstraints?.isCa !== true) return endEntityRole(certificate);
  const { pathLength } = basicConstraints;
  const crls = keyUsage?.crlSigning ? ', signs revocation lists' : '';
  if (pathLength === 0) return `authority, with no authority below it${crls}`;
  const below =
    pathLength === undefined
      ? ''
      : `, with at most ${count(pathLength, 'authority', 'authorities')} below it`;
  return `authority${below}${crls}`;
}

/** RFC 5280 Section 4.2.1.12: a list of purposes without "any" leaves PASSporTs out. */
function endEntityRole({ extendedKeyUsage, tnAuthList, tnListUrls }: Certificate): string {
  if (extendedKeyUsage !== undefined && !extendedKeyUsage.includes('2.5.29.37.0'))
    return 'for other purposes than PASSporTs';
  if (tnAuthList === undefined && tnListUrls.length === 0)
    return 'speaks for no number: it has no TNAuthList';
  return 'signs PASSporTs';
}

function numbersOf({ tnAuthList, tnListUrls }: Certificate): [string, string][] {
  const entries = tnAuthList ?? [];
  const shown = entries.slice(0, MAXIMUM_ENTRIES_SHOWN).map(describeEntry);
  const left = entries.length - shown.length;
  return [
    ...shown.map((text): [string, string] => ['speaks for', text]),
    ...(left > 0 ? [['speaks for', `and ${left} more`] as [string, string]] : []),
    ...tnListUrls.map((url): [string, string] => ['numbers at', printable(url)]),
  ];
}

function describeEntry(entry: TnEntry): string {
  if (entry.kind === 'spc') return `service provider ${entry.spc}`;
  if (entry.kind === 'one') return entry.number;
  return `${entry.start} and the ${entry.count - 1} numbers after it`;
}

function constraintsOf({ claimConstraints }: Certificate): [string, string][] {
  if (claimConstraints === undefined) return [];
  const { mustInclude, permittedValues, mustExclude } = claimConstraints;
  return [
    ...mustInclude.map((name): [string, string] => ['must claim', printable(name)]),
    ...mustExclude.map((name): [string, string] => ['never claims', printable(name)]),
    ...[...permittedValues].map(([name, values]): [string, string] => [
      'may claim',
      printable(`${name} = ${values.map((value) => JSON.stringify(value)).join(' or ')}`),
    ]),
  ];
}
