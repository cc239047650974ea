export {
  type CompactFacts,
  detachSignature,
  expandCompact,
  formatCompact,
  isCompactForm,
} from './compact-form.ts';
export {
  createPassportSigner,
  type PassportCall,
  type PassportSigner,
  type PassportSignerOptions,
} from './create-passport.ts';
export type { Diversion } from './div.ts';
export type { NestedDiversion } from './div-o.ts';
export { type DiversionOrder, divert } from './divert.ts';
export { PASSPORT_EXTENSIONS, type PassportExtension, pptOf } from './extension.ts';
export {
  type DigestAlgorithm,
  formatIntegrityDigest,
  type IntegrityDigest,
  integrityDigestOf,
  isIntact,
  parseIntegrityDigest,
} from './integrity-digest.ts';
export { formatMediaKeys, isSameMedia, type MediaKey, parseFingerprint, parseMediaKeys } from './mky.ts';
export { isBodyIntact, type MessageClaims } from './msg.ts';
export {
  type Destinations,
  isSameParty,
  namesParty,
  type Originator,
  type Parties,
  type Party,
} from './parties.ts';
export { MAXIMUM_PASSPORT_LENGTH, type Passport, parsePassport, parsePassportStatement } from './passport.ts';
export type { RichCallData } from './rcd.ts';
export { checkRcd, type Integrity, isSameName, type RcdFindings } from './rcd-integrity.ts';
export type { RcdIntegrity } from './rcdi.ts';
export type { ResourcePriority } from './rph.ts';
export { isOnlyForResponses } from './rsp.ts';
export { type Attestation, isAtMost, isAttestation, isOriginationId, type ShakenClaims } from './shaken.ts';
export type { PassportStatement } from './statement.ts';
