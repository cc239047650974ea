import { expect, it } from 'vitest';
import { createMetricsTogether } from './metrics-together.ts';
import { createPrometheusMeter } from './prometheus-meter.ts';

/** A process that has counted so many deposits, and measured so many records in a store that all share. */
async function snapshotOf(deposits: number, records: number, connections: number) {
  const meter = createPrometheusMeter();
  const labels = { outcome: ['created', 'refused'] };
  meter.counter({ name: 'deposits_total', help: 'Deposits', labels }).add(['created'], deposits);
  const duration = meter.duration({ name: 'deposit_seconds', help: 'Deposits' });
  for (let i = 0; i < deposits; i++) duration.observe(30);
  meter.gauge({ name: 'store_deposits', help: 'Records', together: 'max' }, () => records);
  meter.gauge({ name: 'connections', help: 'Connections' }, () => connections);
  return JSON.parse(JSON.stringify(await meter.snapshot())) as Awaited<ReturnType<typeof meter.snapshot>>;
}

const numberAt = (text: string, series: string): number =>
  Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`oobleck_${series} `))
      ?.split(' ')[1],
  );
const CREATED = 'deposits_total{outcome="created"}';
const IN_TIME = 'deposit_seconds_bucket{le="0.05"}';

it('what several processes count is added up; what they share is shown once', async () => {
  const together = createMetricsTogether();
  together.take(1, await snapshotOf(3, 40, 5));
  together.take(2, await snapshotOf(4, 41, 7));
  const text = await together.text();
  expect(numberAt(text, CREATED)).toBe(7);
  expect(numberAt(text, IN_TIME)).toBe(7);
  expect(numberAt(text, 'deposit_seconds_count')).toBe(7);
  expect(numberAt(text, 'store_deposits')).toBe(41);
  expect(numberAt(text, 'connections')).toBe(12);
  expect(text).toMatch(/^process_resident_memory_bytes [0-9]+$/m);
  expect(text).not.toMatch(/NaN|Inf$|null/m);
});

it('no counter goes back when processes end and others begin; what an ended one measured is gone', async () => {
  const together = createMetricsTogether();
  together.take(1, await snapshotOf(3, 40, 5));
  together.take(2, await snapshotOf(4, 41, 7));
  together.end(1);
  expect(numberAt(await together.text(), CREATED)).toBe(7);
  expect(numberAt(await together.text(), 'connections')).toBe(7);
  together.take(3, await snapshotOf(1, 42, 1));
  together.end(2);
  together.end(2);
  const text = await together.text();
  expect(numberAt(text, CREATED)).toBe(8);
  expect(numberAt(text, IN_TIME)).toBe(8);
  expect(numberAt(text, 'store_deposits')).toBe(42);
  expect(numberAt(text, 'connections')).toBe(1);
});
