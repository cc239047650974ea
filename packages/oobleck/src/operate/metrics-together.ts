// The metrics of several processes as those of one. What a process counted is not lost when it ends, or does not answer
// in time: its last numbers stand for it, so that no counter that somebody has read ever goes back.

import { AggregatorRegistry, type Registry } from 'prom-client';
import type { MetricSnapshot } from './prometheus-meter.ts';

export interface MetricsTogether {
  /** What a process tells of itself now. */
  take(name: number, snapshot: MetricSnapshot): void;
  /** The process has ended: what it counted stays, what it measured is gone. */
  end(name: number): void;
  /** In the format that Prometheus reads. */
  text(): Promise<string>;
}

/** One process that is slow is what matters, however many are not. */
const SLOWEST = /^nodejs_eventloop_lag_p[0-9]+_seconds$/;

export function createMetricsTogether(): MetricsTogether {
  const living = new Map<number, MetricSnapshot>();
  let ended: MetricSnapshot = [];
  return {
    take: (name, snapshot) => void living.set(name, snapshot.map(readable)),
    end(name) {
      const last = living.get(name);
      living.delete(name);
      if (last !== undefined) ended = addCounted(ended, last);
    },
    text: () => aggregate([...living.values(), ended]).metrics(),
  };
}

type Metric = MetricSnapshot[number];

/** What is no number yet, such as a lag that was never measured, is left out: JSON has no word for it. */
function readable(metric: Metric): Metric {
  const values = metric.values.filter(({ value }) => typeof value === 'number');
  return { ...metric, values, aggregator: SLOWEST.test(metric.name) ? 'max' : metric.aggregator };
}

/** Small, whatever lived before: one snapshot. */
function addCounted(before: MetricSnapshot, last: MetricSnapshot): MetricSnapshot {
  const counted = last.filter(({ type }) => isCounted(String(type)));
  const known = new Map(before.map((metric) => [metric.name, metric]));
  for (const metric of counted) {
    const values = new Map((known.get(metric.name)?.values ?? []).map((one) => [nameOf(one), one]));
    for (const one of metric.values) {
      const value = one.value + (values.get(nameOf(one))?.value ?? 0);
      values.set(nameOf(one), { ...one, value });
    }
    known.set(metric.name, { ...metric, values: [...values.values()] });
  }
  return [...known.values()];
}

/** As in JSON and as the library names them. */
const isCounted = (type: string): boolean => type === 'counter' || type === 'histogram';

function nameOf(one: Metric['values'][number]): string {
  return JSON.stringify([(one as { readonly metricName?: string }).metricName, one.labels]);
}

function aggregate(snapshots: readonly MetricSnapshot[]): Registry {
  return AggregatorRegistry.aggregate([...snapshots]);
}
