/** The store cannot be reached. It names nobody: a URL may hold a password. */
export class StoreAwayError extends Error {
  override readonly name = 'StoreAwayError';
  readonly code = 'ERR_STORE_AWAY';
}
