// A meter that Prometheus reads (text format 0.0.4). Counting is one addition in an array; what it takes to show the
// numbers is done when somebody looks.

import { collectDefaultMetrics, Gauge, Histogram, Counter as PrometheusCounter, Registry } from 'prom-client';
import { createLabelPlaces } from './label-places.ts';
import type { Counter, CounterOptions, Meter, SeriesOptions, SeriesPoint } from './meter.ts';

export interface PrometheusMeter extends Meter {
  readonly contentType: string;
  /** All metrics, with those of the process: memory, CPU time, delay of the event loop, garbage collection. */
  text(): Promise<string>;
  /** The same as values, for whoever adds up several processes. */
  snapshot(): Promise<MetricSnapshot>;
}

/** Plain JSON. */
export type MetricSnapshot = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

const PREFIX = 'oobleck_';
/** From in-memory answers to the longest deadline of a call. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

export function createPrometheusMeter(): PrometheusMeter {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    snapshot: () => registry.getMetricsAsJSON(),
    counter: (options) => createCounter(registry, options),
    duration({ name, help }) {
      const histogram = new Histogram({ name: PREFIX + name, help, buckets: BUCKETS, registers: [registry] });
      return { observe: (milliseconds) => histogram.observe(milliseconds / 1000) };
    },
    gauge({ name, help, together = 'sum' }, read) {
      new Gauge({
        name: PREFIX + name,
        help,
        aggregator: together,
        registers: [registry],
        collect() {
          this.set(read());
        },
      });
    },
    series: (options, read) => createSeries(registry, options, read),
  };
}

function createCounter(registry: Registry, { name, help, labels = {} }: CounterOptions): Counter {
  const places = createLabelPlaces(labels);
  let counts = new Float64Array(places.size());
  new PrometheusCounter({
    name: PREFIX + name,
    help,
    labelNames: [...places.names],
    registers: [registry],
    collect() {
      this.reset();
      for (const [place, count] of counts.entries())
        if (count > 0 || places.names.length === 0) this.inc(places.labelsAt(place), count);
    },
  });
  return {
    add(values = [], amount = 1) {
      counts[places.placeOf(values)]! += amount;
    },
    at(values) {
      const place = places.placeOf(values);
      return {
        add(amount = 1) {
          counts[place]! += amount;
        },
      };
    },
    learn(values) {
      places.learn(values);
      const grown = new Float64Array(places.size());
      grown.set(counts);
      counts = grown;
    },
  };
}

function createSeries(
  registry: Registry,
  { name, help, kind, labels, together = 'sum' }: SeriesOptions,
  read: () => Iterable<SeriesPoint>,
): void {
  const common = { name: PREFIX + name, help, labelNames: [...labels], registers: [registry] };
  const named = (values: readonly string[]) =>
    Object.fromEntries(labels.map((label, at) => [label, values[at] ?? '']));
  if (kind === 'counter')
    new PrometheusCounter({
      ...common,
      collect() {
        this.reset();
        for (const { values, value } of read()) this.inc(named(values), value);
      },
    });
  else
    new Gauge({
      ...common,
      aggregator: together,
      collect() {
        this.reset();
        for (const { values, value } of read()) this.set(named(values), value);
      },
    });
}
