// Memory for bodies that come in pieces: lent for one request and given back with its answer, instead of new memory for each, which
// costs the system's pages and brings the next garbage collection nearer. No more of it than a process can spare; beyond, whoever
// asks makes its own.

export const LENT_BYTES = 65_536;
const MAXIMUM_LENT = 128;

export interface LentMemory {
  /** `LENT_BYTES` with anything in them; `undefined` where all are lent. */
  take(): Uint8Array | undefined;
  giveBack(memory: Uint8Array): void;
}

export function createLentMemory(maximum = MAXIMUM_LENT): LentMemory {
  const free: Uint8Array[] = [];
  let lent = 0;
  return {
    take() {
      if (lent >= maximum) return undefined;
      lent++;
      return free.pop() ?? new Uint8Array(LENT_BYTES);
    },
    giveBack(memory) {
      lent--;
      free.push(memory);
    },
  };
}
