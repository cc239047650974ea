import { describe, expect, it } from 'vitest';
import { createPrometheusMeter } from './prometheus-meter.ts';

const linesOf = (text: string, name: string) =>
  text.split('\n').filter((line) => line.startsWith(`oobleck_${name}`));

describe('prometheus meter', () => {
  it('counts by labels of its lists, and everything else as other', async () => {
    const meter = createPrometheusMeter();
    const labels = { route: ['a', 'b'], status: ['2xx', '4xx'] };
    const counter = meter.counter({ name: 'requests_total', help: 'Requests', labels });
    counter.add(['a', '2xx']);
    counter.add(['a', '2xx'], 4);
    counter.add(['b', '4xx']);
    counter.add(['12155551212', '2xx']);
    counter.add(['b']);
    const expected = [
      'oobleck_requests_total{route="a",status="2xx"} 5',
      'oobleck_requests_total{route="b",status="4xx"} 1',
      'oobleck_requests_total{route="b",status="other"} 1',
      'oobleck_requests_total{route="other",status="2xx"} 1',
    ];
    expect(linesOf(await meter.text(), 'requests_total')).toEqual(expected);
    expect(linesOf(await meter.text(), 'requests_total')).toEqual(expected);
    for (let i = 0; i < 1_000; i++) counter.add([`value ${i}`, String(i)]);
    expect(linesOf(await meter.text(), 'requests_total')).toHaveLength(5);
  });

  it('shows a counter without labels from the start', async () => {
    const meter = createPrometheusMeter();
    const counter = meter.counter({ name: 'retrievals_total', help: 'Retrievals' });
    expect(linesOf(await meter.text(), 'retrievals_total')).toEqual(['oobleck_retrievals_total 0']);
    counter.add();
    expect(linesOf(await meter.text(), 'retrievals_total')).toEqual(['oobleck_retrievals_total 1']);
  });

  it('reads a gauge when somebody looks, and tells durations in seconds', async () => {
    const meter = createPrometheusMeter();
    let size = 3;
    meter.gauge({ name: 'records', help: 'Records' }, () => size);
    const duration = meter.duration({ name: 'call_seconds', help: 'Calls' });
    duration.observe(30);
    size = 7;
    const text = await meter.text();
    expect(linesOf(text, 'records')).toEqual(['oobleck_records 7']);
    expect(text).toContain('oobleck_call_seconds_bucket{le="0.025"} 0');
    expect(text).toContain('oobleck_call_seconds_bucket{le="0.05"} 1');
    expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds /m);
  });
});
