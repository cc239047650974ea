// What the program counts about itself, behind a port: who counts does not know how it is shown. Every label takes its
// values from a list that is given when the metric is made; whatever else comes is `other`. So no number, mailbox, secret
// or call can become a label, and there are never more series than the lists allow.

export interface Counter {
  /** One more, or `amount` more, under these values, one for each label in order. */
  add(values?: readonly string[], amount?: number): void;
}

export interface Duration {
  observe(milliseconds: number): void;
}

export interface CounterOptions {
  /** In the style of Prometheus, without the prefix: `deposits_total`. */
  readonly name: string;
  readonly help: string;
  /** Each label with all its values. */
  readonly labels?: Readonly<Record<string, readonly string[]>>;
}

export interface Meter {
  counter(options: CounterOptions): Counter;
  /** In seconds where it is shown. */
  duration(options: { readonly name: string; readonly help: string }): Duration;
  /** Read when somebody looks. */
  gauge(options: { readonly name: string; readonly help: string }, read: () => number): void;
}

/** Counts nothing. */
export const NO_METER: Meter = {
  counter: () => ({ add: () => undefined }),
  duration: () => ({ observe: () => undefined }),
  gauge: () => undefined,
};

export const OTHER = 'other';
