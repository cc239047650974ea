// Port: what an adapter of a store tells whoever counts. How long it took and what went wrong, never what was asked.

export interface StoreObserver {
  /** A command was answered, or a transaction written: flushed, where somebody waited for that. */
  answered(elapsedMs: number): void;
  /** It was not, and whoever waited was told. */
  failed(): void;
  /** A master had too few replicas that could have had a write. */
  unreplicated(): void;
}

export const NO_OBSERVER: StoreObserver = {
  answered: () => undefined,
  failed: () => undefined,
  unreplicated: () => undefined,
};
