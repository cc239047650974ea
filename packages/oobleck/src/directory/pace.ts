// Long work in short slices: between two of them whatever waits for the event loop has its turn, a call before all.

/** To be awaited between two pieces of work; gives way only once a slice is used up. */
export type Pace = () => Promise<void> | undefined;

const SLICE_MS = 5;

export function createPace(sliceMs = SLICE_MS): Pace {
  let endsAtMs = performance.now() + sliceMs;
  return () => {
    if (performance.now() < endsAtMs) return undefined;
    return new Promise((resume) =>
      setImmediate(() => {
        endsAtMs = performance.now() + sliceMs;
        resume();
      }),
    );
  };
}
