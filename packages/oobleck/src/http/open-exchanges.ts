// Everything that is being asked and not yet answered, with the time at which it is ended: one sweep for all instead of a timer for
// each. They stand in no order of times; a sweep looks at all of them, which is cheap, since there are no more than connections
// times streams, and mostly a few hundred. No Set: of one that things come and go in at this pace V8 keeps earlier tables, and with
// them requests long answered, until it marks the whole heap.

export interface OpenExchange {
  /** In the time of `OpenExchanges.now`. */
  readonly dueAtMs: number;
  /** Where it stands, kept by `OpenExchanges`; -1 before and after. */
  openAt: number;
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

/** Of an exchange that is not open. */
export const NOWHERE = -1;

/** @param sweepMs how much later than due an exchange may end */
export function createOpenExchanges(sweepMs: number, onSweep: (nowMs: number) => void): OpenExchanges {
  const open: OpenExchange[] = [];
  let now = performance.now();
  const remove = (exchange: OpenExchange): void => {
    const at = exchange.openAt;
    if (at === NOWHERE) return;
    const last = open.pop()!;
    if (last !== exchange) open[at] = last;
    last.openAt = at;
    exchange.openAt = NOWHERE;
  };
  const sweep = (): void => {
    now = performance.now();
    // From the end: what is put in the place of one that ends was looked at already, and so is what ending adds.
    for (let at = open.length - 1; at >= 0; at--) {
      const exchange = open[at];
      if (exchange === undefined || exchange.dueAtMs > now) continue;
      remove(exchange);
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
      return open.length;
    },
    add(exchange) {
      if (exchange.openAt === NOWHERE) exchange.openAt = open.push(exchange) - 1;
    },
    remove,
    close: () => clearInterval(timer),
  };
}
