// Whether this process is fit to take calls: each part adds its own check, and a load balancer is told of them all.
// Draining makes it unready first, so that nothing new is sent here while what is in flight still finishes.

export interface Readiness {
  /**
   * A part of the process, `store` or `issuer-keys`, that can say whether it works. Asked at every look, so it answers at once from what
   * it knows. @returns what takes the check away
   */
  add(name: string, check: () => boolean): () => void;
  /** Unready from now on, whatever the checks say. */
  drain(): void;
  state(): ReadinessState;
}

export interface ReadinessState {
  readonly isReady: boolean;
  readonly isDraining: boolean;
  /** Each check by name: true where it works. One that throws does not. */
  readonly checks: Readonly<Record<string, boolean>>;
}

export function createReadiness(): Readiness {
  const checks = new Set<{ readonly name: string; readonly check: () => boolean }>();
  let isDraining = false;
  return {
    add(name, check) {
      const one = { name, check };
      checks.add(one);
      return () => void checks.delete(one);
    },
    drain() {
      isDraining = true;
    },
    state() {
      const results = [...checks].map(({ name, check }) => [name, works(check)] as const);
      const isReady = !isDraining && results.every(([, isWell]) => isWell);
      return { isReady, isDraining, checks: Object.fromEntries(results) };
    },
  };
}

function works(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false;
  }
}
