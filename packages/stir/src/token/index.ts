export {
  ATTESTATION_TYPE,
  type Attestation,
  formatAttestation,
  parseAttestation,
  type ReceivedAttestation,
} from './attestation.ts';
export {
  encodeBatchRequest,
  encodeBatchResponse,
  MAXIMUM_BATCH,
  parseBatchRequest,
  parseBatchResponse,
} from './batch.ts';
export { BATCH_PARTIAL_STATUS, BATCH_REQUEST_TYPE, BATCH_RESPONSE_TYPE } from './batch-draft.ts';
export { type BlindedToken, type BlindingParts, blindToken } from './blinding.ts';
export {
  formatIssuerDirectory,
  ISSUER_DIRECTORY_PATH,
  ISSUER_DIRECTORY_TYPE,
  type IssuerDirectory,
  type IssuerKey,
  parseIssuerDirectory,
} from './issuer-directory.ts';
export {
  formatPrivateToken,
  formatPrivateTokenChallenge,
  type PrivateTokenChallenge,
  parsePrivateToken,
  parsePrivateTokenBytes,
  parsePrivateTokenChallenges,
} from './private-token.ts';
export {
  encodeToken,
  encodeTokenInput,
  isToken,
  parseToken,
  TOKEN_BYTES,
  TOKEN_INPUT_BYTES,
  type Token,
  type TokenInput,
  writeToken,
} from './token.ts';
export {
  encodeTokenChallenge,
  parseAuthority,
  parseTokenChallenge,
  storageChallenge,
  TOKEN_TYPE,
  type TokenChallenge,
} from './token-challenge.ts';
export { tokenKeyId, truncateKeyId } from './token-key.ts';
export {
  encodeTokenRequest,
  encodeTokenResponse,
  parseTokenRequest,
  parseTokenResponse,
  TOKEN_REQUEST_TYPE,
  TOKEN_RESPONSE_TYPE,
  type TokenRequest,
  type TokenResponse,
} from './token-request.ts';
