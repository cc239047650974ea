export { type Extension, formatName, formatPem, parsePem } from '../der/index.ts';
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
export {
  type CertificateRequestInput,
  createCertificateRequest,
  type RequestSubject,
} from './certificate-request.ts';
export { type ClaimConstraints, meetsClaimConstraints } from './claim-constraints.ts';
export { cpsUrisOf } from './cps-uri.ts';
export {
  type BasicConstraints,
  type CertificateExtensions,
  type KeyUsage,
  listExtensions,
} from './extensions.ts';
export { type LintFinding, lintCertificate } from './lint.ts';
export { type PathInput, type PathReason, type PathVerdict, validatePath } from './path.ts';
export { signerId } from './signer.ts';
export { encodeTnAuthList, parseTnAuthList } from './tn-auth-list.ts';
export { type SpcOwns, spcOwnsBy } from './tn-scope.ts';
