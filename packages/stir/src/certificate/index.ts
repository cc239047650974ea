export {
  type Authority,
  type AuthorityQuestion,
  acceptedEntries,
  authorityOver,
  type ClaimedEntries,
  type NumberMap,
} from './authority.ts';
export { type Certificate, parseCertificate, withFetchedLists } from './certificate.ts';
export { verifyingKeyOf } from './certificate-key.ts';
export { type ClaimConstraints, meetsClaimConstraints } from './claim-constraints.ts';
export { cpsUrisOf } from './cps-uri.ts';
export { DerReader, encodeDer, encodeDerInteger, encodeDerOid, TAG } from './der.ts';
export { parseEcdsaSignature } from './ecdsa-signature.ts';
export { type Extension, listExtensions } from './extension-list.ts';
export type { BasicConstraints, CertificateExtensions, KeyUsage } from './extensions.ts';
export { formatName } from './name.ts';
export { type PathInput, type PathReason, type PathVerdict, validatePath } from './path.ts';
export { formatPem, parsePem } from './pem.ts';
export { signerId } from './signer.ts';
export { encodeTnAuthList, parseTnAuthList } from './tn-auth-list.ts';
export { type SpcOwns, spcOwnsBy } from './tn-scope.ts';
