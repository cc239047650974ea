export {
  type AcceptedCredential,
  type CredentialJudgement,
  type CredentialRefusal,
  type JudgeParts,
  judgeKeyCredential,
  WITHDRAWAL_SECONDS,
} from './judge-credential.ts';
export {
  isWithdrawal,
  KEY_CREDENTIAL_TYPE,
  KEY_KEPT_SECONDS,
  type KeyCredential,
  type KeyCredentialClaims,
  MAXIMUM_CREDENTIAL_LENGTH,
  MAXIMUM_CREDENTIAL_SECONDS,
  parseKeyCredential,
  signKeyCredential,
} from './key-credential.ts';
export { MAXIMUM_KEYS_PER_NUMBER, selectKeys } from './select-keys.ts';
export {
  formatStreamRequest,
  parseStreamRequest,
  type ReceivedStreamRequest,
  STREAM_REQUEST_TYPE,
  type StreamRequest,
} from './stream-request.ts';
