// A meter that Prometheus reads (text format 0.0.4). Counting is one addition in an array; what it takes to show the
// numbers is done when somebody looks.

import { collectDefaultMetrics, Gauge, Histogram, Counter as PrometheusCounter, Registry } from 'prom-client';
import { type Counter, type CounterOptions, type Meter, OTHER } from './meter.ts';

export interface PrometheusMeter extends Meter {
  readonly contentType: string;
  /** All metrics, with those of the process: memory, CPU time, delay of the event loop, garbage collection. */
  text(): Promise<string>;
}

const PREFIX = 'oobleck_';
/** From in-memory answers to the longest deadline of a call. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

export function createPrometheusMeter(): PrometheusMeter {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    counter: (options) => createCounter(registry, options),
    duration({ name, help }) {
      const histogram = new Histogram({ name: PREFIX + name, help, buckets: BUCKETS, registers: [registry] });
      return { observe: (milliseconds) => histogram.observe(milliseconds / 1000) };
    },
    gauge({ name, help }, read) {
      new Gauge({
        name: PREFIX + name,
        help,
        registers: [registry],
        collect() {
          this.set(read());
        },
      });
    },
  };
}

interface Label {
  readonly name: string;
  readonly values: readonly string[];
  readonly indexes: ReadonlyMap<string, number>;
}

function createCounter(registry: Registry, { name, help, labels = {} }: CounterOptions): Counter {
  const known = Object.entries(labels).map(([label, given]): Label => {
    const values = [...given, OTHER];
    return { name: label, values, indexes: new Map(values.map((value, at) => [value, at])) };
  });
  const counts = new Float64Array(known.reduce((product, { values }) => product * values.length, 1));
  new PrometheusCounter({
    name: PREFIX + name,
    help,
    labelNames: known.map((label) => label.name),
    registers: [registry],
    collect() {
      this.reset();
      for (const [at, count] of counts.entries())
        if (count > 0 || known.length === 0) this.inc(labelsAt(known, at), count);
    },
  });
  return {
    add(values = [], amount = 1) {
      let place = 0;
      for (let at = 0; at < known.length; at++) {
        const { indexes } = known[at]!;
        place = place * indexes.size + (indexes.get(values[at]!) ?? indexes.size - 1);
      }
      counts[place]! += amount;
    },
  };
}

function labelsAt(labels: readonly Label[], place: number): Record<string, string> {
  let rest = place;
  const pairs = labels.toReversed().map(({ name, values }) => {
    const value = values[rest % values.length]!;
    rest = Math.floor(rest / values.length);
    return [name, value] as const;
  });
  return Object.fromEntries(pairs.toReversed());
}
