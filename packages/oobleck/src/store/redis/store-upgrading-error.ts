/** The upgrade of the store is under way elsewhere, or was broken off here: whoever starts again later goes on with it. */
export class StoreUpgradingError extends Error {
  override readonly name = 'StoreUpgradingError';
  readonly code = 'ERR_STORE_UPGRADING';
}
