// What only a draft names: draft-ietf-privacypass-batched-tokens, the generic format, as of revision 08 (May 2026).
// Nothing here is registered yet; each name may change with a later revision.

export const BATCH_REQUEST_TYPE = 'application/private-token-generic-batch-request';
export const BATCH_RESPONSE_TYPE = 'application/private-token-generic-batch-response';
/** Status where some tokens of a batch were issued and some refused; all: 200, none: 400. */
export const BATCH_PARTIAL_STATUS = 206;
