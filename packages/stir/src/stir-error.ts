// The one error of this package: what reached a parser or a constructor has not the form that the cited
// text demands. A verification that fails is a value (see verdict/), never an exception.
// Messages name the rule and never carry a number, key, token or PASSporT.

/** Every code a {@link StirError} can carry. */
export type StirErrorCode =
  | 'ERR_BYTES_FORMAT'
  | 'ERR_JSON_FORMAT'
  | 'ERR_JWS_FORMAT'
  | 'ERR_NUMBER_FORMAT'
  | 'ERR_URI_FORMAT'
  | 'ERR_TN_ENTRY_FORMAT'
  | 'ERR_PASSPORT_FORMAT'
  | 'ERR_PASSPORT_UNSUPPORTED'
  | 'ERR_IDENTITY_FORMAT'
  | 'ERR_DER_FORMAT'
  | 'ERR_PEM_FORMAT'
  | 'ERR_CERTIFICATE_FORMAT'
  | 'ERR_TN_AUTH_LIST_FORMAT'
  | 'ERR_CRL_FORMAT'
  | 'ERR_CA_LIST_FORMAT'
  | 'ERR_KEY_FORMAT'
  | 'ERR_ENVELOPE_FORMAT'
  | 'ERR_REPLY_FORMAT'
  | 'ERR_SEAL_INPUT'
  | 'ERR_MAILBOX_FORMAT'
  | 'ERR_TOKEN_FORMAT'
  | 'ERR_TOKEN_BLINDING'
  | 'ERR_CREDENTIAL_FORMAT'
  | 'ERR_ATTESTATION_FORMAT'
  | 'ERR_STREAM_REQUEST_FORMAT'
  | 'ERR_CALL_FORMAT';

/** Malformed input. `code` is for programs, `message` for people, `cause` keeps the inner error. */
export class StirError extends Error {
  override readonly name = 'StirError';
  readonly code: StirErrorCode;

  constructor(code: StirErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
