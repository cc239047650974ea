// The rules of the STI certificate profile (ATIS-1000080), one by one: for all certificates, for roots, for the authorities below
// them, for leaves.

import { DerReader, listAttributes, TAG } from '../der/index.ts';
import { StirError } from '../stir-error.ts';
import type { LintRule, LintSubject } from './lint.ts';
import { hasProfileDistributionPoint } from './lint-distribution-point.ts';

const BASIC_CONSTRAINTS = '2.5.29.19';
const KEY_USAGE = '2.5.29.15';
const POLICIES = '2.5.29.32';
const DISTRIBUTION_POINTS = '2.5.29.31';
const TN_AUTH_LIST = '1.3.6.1.5.5.7.1.26';
/** The arc of the STI policies. */
const STI_POLICY = /^2\.16\.840\.1\.114569\.1\.1\.[0-9]+$/;
/** id-ecPublicKey, prime256v1. */
const P256 = [0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08];
const P256_CURVE = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const SERIAL_OCTETS = 8;
const DIGITAL_SIGNATURE_ONLY = 0x80;

const shall = (rule: string, text: string, holds: LintRule['holds']): LintRule => ({
  rule,
  severity: 'error',
  text,
  holds,
});
const should = (rule: string, text: string, holds: LintRule['holds']): LintRule => ({
  ...shall(rule, text, holds),
  severity: 'warning',
});

export const SHARED_RULES: readonly LintRule[] = [
  shall('key-p256', 'the key is on P-256', ({ certificate: { spki } }) =>
    [...P256, ...P256_CURVE].every((octet, at) => spki[at] === octet),
  ),
  shall('signature-algorithm', 'it is signed with ecdsa-with-SHA256', ({ certificate }) => {
    return certificate.signatureAlgorithm === 'ES256';
  }),
  shall('serial-entropy', 'the serial number is positive and has at least 64 bits', ({ certificate }) => {
    const [first = 0] = certificate.serialNumber;
    return first < 0x80 && certificate.serialNumber.length - (first === 0 ? 1 : 0) >= SERIAL_OCTETS;
  }),
  shall('subject-country', 'the subject has a country of two letters', (subject) =>
    attributesOf(subject, 'C').some((text) => /^[A-Z]{2}$/.test(text)),
  ),
  shall('subject-organization', 'the subject has an organization', (subject) => has(subject, 'O')),
  shall('subject-common-name', 'the subject has one common name', (subject) => {
    return attributesOf(subject, 'CN').length === 1;
  }),
  shall('basic-constraints', 'basic constraints are there and critical', isCritical(BASIC_CONSTRAINTS)),
  shall('key-usage', 'the key usage is there and critical', isCritical(KEY_USAGE)),
  shall('subject-key-id', 'there is a subject key identifier', ({ certificate }) => {
    return certificate.subjectKeyId !== undefined;
  }),
];

const BELOW_ROOT: readonly LintRule[] = [
  shall('authority-key-id', 'there is an authority key identifier', ({ certificate }) => {
    return certificate.authorityKeyId !== undefined;
  }),
  shall('policy', 'a certificate policy of STI is named', ({ extensions }) =>
    reads(() => policiesIn(extensions.get(POLICIES)?.value).some((oid) => STI_POLICY.test(oid))),
  ),
  shall(
    'crl-distribution-point',
    'there is one CRL distribution point, with one http URL and the issuer of the CRL',
    ({ extensions }) => reads(() => hasProfileDistributionPoint(extensions.get(DISTRIBUTION_POINTS)?.value)),
  ),
];

export const LEAF_RULES: readonly LintRule[] = [
  ...BELOW_ROOT,
  shall('key-usage-leaf', 'the key usage is digitalSignature and nothing else', ({ extensions }) =>
    reads(() => keyUsageIn(extensions.get(KEY_USAGE)?.value) === DIGITAL_SIGNATURE_ONLY),
  ),
  shall('tn-auth-list', 'the TNAuthList has exactly one entry, a service provider code', spcIsOnly),
  shall('common-name-spc', 'the common name contains SHAKEN and the service provider code', (subject) => {
    const spcs = [...subject.certificate.numbers.spcs];
    return attributesOf(subject, 'CN').some((text) => spcs.some((spc) => text.includes(`SHAKEN ${spc}`)));
  }),
  should('tn-auth-list-critical', 'the TNAuthList is not critical (RFC 8226 Section 9)', ({ extensions }) => {
    return extensions.get(TN_AUTH_LIST)?.isCritical !== true;
  }),
];

export const AUTHORITY_RULES: readonly LintRule[] = [
  ...BELOW_ROOT,
  shall('key-usage-authority', 'the key usage includes keyCertSign', ({ certificate }) => {
    return certificate.keyUsage?.certificateSigning === true;
  }),
];

export const ROOT_RULES: readonly LintRule[] = [
  shall('key-usage-authority', 'the key usage includes keyCertSign', ({ certificate }) => {
    return certificate.keyUsage?.certificateSigning === true;
  }),
  shall('common-name-root', 'the common name contains ROOT', (subject) =>
    attributesOf(subject, 'CN').some((text) => /root/i.test(text)),
  ),
  shall('root-distribution-point', 'a root has no CRL distribution point', ({ extensions }) => {
    return !extensions.has(DISTRIBUTION_POINTS);
  }),
  shall('root-tn-auth-list', 'a root has no TNAuthList', ({ extensions }) => !extensions.has(TN_AUTH_LIST)),
];

function spcIsOnly({ certificate: { tnAuthList } }: LintSubject): boolean {
  return tnAuthList?.length === 1 && tnAuthList[0]!.kind === 'spc';
}

function isCritical(oid: string): LintRule['holds'] {
  return ({ extensions }) => extensions.get(oid)?.isCritical === true;
}

function has(subject: LintSubject, type: string): boolean {
  return attributesOf(subject, type).some((text) => text.trim() !== '');
}

function attributesOf({ certificate }: LintSubject, type: string): string[] {
  return listAttributes(certificate.subject).flatMap((one) =>
    one.type === type && one.text !== undefined ? [one.text] : [],
  );
}

/** `SEQUENCE OF SEQUENCE { policyIdentifier OBJECT IDENTIFIER, policyQualifiers OPTIONAL }` */
function policiesIn(value: Uint8Array | undefined): string[] {
  if (value === undefined) return [];
  const list = DerReader.only(value, TAG.sequence);
  const oids: string[] = [];
  while (!list.isDone) oids.push(list.enter(TAG.sequence).oid());
  return oids;
}

/** The first octet: DER leaves out what is zero behind it. */
function keyUsageIn(value: Uint8Array | undefined): number | undefined {
  if (value === undefined) return undefined;
  const { bits } = DerReader.over(value).bitString();
  return bits.length === 1 ? bits[0] : undefined;
}

/** What cannot be read does not hold. */
function reads(act: () => boolean): boolean {
  try {
    return act();
  } catch (error) {
    if (error instanceof StirError) return false;
    throw error;
  }
}
