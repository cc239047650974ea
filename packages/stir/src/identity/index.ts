export {
  addressUri,
  type CallingHeaders,
  type CallingIdentity,
  type CallingPolicy,
  callingIdentity,
} from './calling-identity.ts';
export { formatIdentity, type Identity, parseIdentity } from './identity.ts';
export {
  formatIdentityEncrypted,
  MAXIMUM_SEALED_IDENTITIES,
  parseIdentityEncrypted,
} from './identity-encrypted.ts';
export { readIdentityFields, splitIdentities } from './identity-fields.ts';
export { type RefusedRequest, shouldRetryInFullForm } from './retry.ts';
export { formatStirReason, parseStirReasons, type StirReason } from './stir-reason.ts';
