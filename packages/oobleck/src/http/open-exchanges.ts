// Everything that is being asked and not yet answered, with the time at which it is ended: one sweep for all instead of a timer for
// each. The order of the set is no order of times; a sweep looks at all of them, which is cheap, since there are no more than
// connections times streams, and mostly a few hundred.

export interface OpenExchange {
  /** In the time of `OpenExchanges.now`. */
  readonly dueAtMs: number;
  /** Ends it; it is removed already. */
  expire(): void;
}

export interface OpenExchanges {
  /** Milliseconds from any origin, as of the last sweep: good for deadlines of seconds. */
  readonly now: number;
  readonly size: number;
  add(exchange: OpenExchange): void;
  remove(exchange: OpenExchange): void;
  close(): void;
}

/** @param sweepMs how much later than due an exchange may end */
export function createOpenExchanges(sweepMs: number, onSweep: (nowMs: number) => void): OpenExchanges {
  const open = new Set<OpenExchange>();
  let now = performance.now();
  const sweep = (): void => {
    now = performance.now();
    for (const exchange of open) {
      if (exchange.dueAtMs > now) continue;
      open.delete(exchange);
      exchange.expire();
    }
    onSweep(now);
  };
  const timer = setInterval(sweep, sweepMs);
  timer.unref();
  return {
    get now() {
      return now;
    },
    get size() {
      return open.size;
    },
    add: (exchange) => void open.add(exchange),
    remove: (exchange) => void open.delete(exchange),
    close: () => clearInterval(timer),
  };
}
