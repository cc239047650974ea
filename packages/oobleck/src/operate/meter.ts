// What the program counts about itself, behind a port: who counts does not know how it is shown. Every label takes its
// values from a list that is given when the metric is made, or learned from the configuration; whatever else comes is
// `other`. So no number, mailbox, secret or call can become a label, and there are never more series than the lists allow.

export interface Counter {
  /** One more, or `amount` more, under these values, one for each label in order. */
  add(values?: readonly string[], amount?: number): void;
  /** The one series of these values, looked up once: for what is counted at every call. */
  at(values: readonly string[]): Count;
  /** Further values of the first label, such as names that a new configuration brings; known ones are nothing. */
  learn(values: readonly string[]): void;
}

export interface Count {
  add(amount?: number): void;
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

export interface GaugeOptions {
  readonly name: string;
  readonly help: string;
  /** What several processes come to: default `sum`; `max` of what they share, and of what one of them being so tells. */
  readonly together?: 'sum' | 'max';
}

export interface SeriesOptions extends GaugeOptions {
  readonly kind: 'gauge' | 'counter';
  readonly labels: readonly string[];
}

/** Values of the labels, in order, and where it stands. Whoever gives it bounds how many there are. */
export interface SeriesPoint {
  readonly values: readonly string[];
  readonly value: number;
}

export interface Meter {
  counter(options: CounterOptions): Counter;
  /** In seconds where it is shown. */
  duration(options: { readonly name: string; readonly help: string }): Duration;
  /** Read when somebody looks. */
  gauge(options: GaugeOptions, read: () => number): void;
  /** Several of one name, read when somebody looks: what is kept where it happens, and counted nowhere else. */
  series(options: SeriesOptions, read: () => Iterable<SeriesPoint>): void;
}

const NO_COUNT: Count = { add: () => undefined };

/** Counts nothing. */
export const NO_METER: Meter = {
  counter: () => ({ add: () => undefined, at: () => NO_COUNT, learn: () => undefined }),
  duration: () => ({ observe: () => undefined }),
  gauge: () => undefined,
  series: () => undefined,
};

export const OTHER = 'other';
