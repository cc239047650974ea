// Finds out behind the calls' back when a peer answers again that nobody waits for. Often while calls ask for it, more
// and more seldom while none does, and not at all after some minutes: a peer that nobody needs is given up for good.

export interface ProbingParts {
  /** Milliseconds of a clock that does not go back. */
  readonly elapsed: () => number;
  /** Runs an action once, later; what it gives back calls that off. */
  readonly schedule: (action: () => void, delayMs: number) => () => void;
  /** Between two probes while calls ask. */
  readonly probeMs: number;
}

export interface ProbedPeer {
  /** @returns whether it answered; where it cannot even be asked it has not */
  ask(): Promise<boolean>;
  /** It answers again; it is probed no more. */
  onAnswer(): void;
  /** Nobody has asked for it for long; it is probed no more. */
  onUnwanted(): void;
}

export interface Probing {
  /** A call would have asked the peer. */
  want(): void;
  lastWantedMs(): number;
  end(): void;
}

/** Who was asked for so lately is probed as often as can be. */
const LATELY_MS = 15_000;
const LONGEST_WAIT_MS = 60_000;
const UNWANTED_MS = 300_000;

/** The first probe is sent after `probeMs`. */
export function startProbing({ elapsed, schedule, probeMs }: ProbingParts, peer: ProbedPeer): Probing {
  let wantedMs = elapsed();
  let waitMs = probeMs;
  let hasEnded = false;
  let isAsking = false;
  let callOff = (): void => undefined;

  const wait = (ms: number): void => {
    waitMs = ms;
    callOff = schedule(() => void probe(), ms);
  };
  const probe = async (): Promise<void> => {
    isAsking = true;
    const isBack = await ask(peer);
    isAsking = false;
    if (hasEnded) return;
    const unwantedMs = elapsed() - wantedMs;
    hasEnded = isBack || unwantedMs >= UNWANTED_MS;
    if (isBack) peer.onAnswer();
    else if (hasEnded) peer.onUnwanted();
    else wait(unwantedMs < LATELY_MS ? probeMs : Math.min(2 * waitMs, LONGEST_WAIT_MS));
  };
  wait(probeMs);
  return {
    want() {
      wantedMs = elapsed();
      if (waitMs === probeMs || isAsking || hasEnded) return;
      callOff();
      wait(probeMs);
    },
    lastWantedMs: () => wantedMs,
    end() {
      hasEnded = true;
      callOff();
    },
  };
}

/** Whatever goes wrong in asking: the next probe may do better. */
async function ask(peer: ProbedPeer): Promise<boolean> {
  try {
    return await peer.ask();
  } catch {
    return false;
  }
}
