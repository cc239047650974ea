export { createPassportSigner, type PassportCall, type PassportSigner } from './create-passport.ts';
export {
  type Destinations,
  MAXIMUM_PASSPORT_LENGTH,
  type Originator,
  type Passport,
  type PassportExtension,
  parsePassport,
} from './passport.ts';
export { type Attestation, isAtMost, isAttestation, isOriginationId, type ShakenClaims } from './shaken.ts';
