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
      'oobleck_requests_total{route="other",status="2xx"} 1',
      'oobleck_requests_total{route="a",status="2xx"} 5',
      'oobleck_requests_total{route="b",status="other"} 1',
      'oobleck_requests_total{route="b",status="4xx"} 1',
    ];
    expect(linesOf(await meter.text(), 'requests_total')).toEqual(expected);
    expect(linesOf(await meter.text(), 'requests_total')).toEqual(expected);
    for (let i = 0; i < 1_000; i++) counter.add([`value ${i}`, String(i)]);
    expect(linesOf(await meter.text(), 'requests_total')).toHaveLength(5);
  });

  it('one series is looked up once, and stays what it is when the first label learns values', async () => {
    const meter = createPrometheusMeter();
    const labels = { trunk: ['one'], outcome: ['signed', 'off'] };
    const counter = meter.counter({ name: 'calls_total', help: 'Calls', labels });
    const one = counter.at(['one', 'off']);
    one.add();
    counter.add(['two', 'signed']);
    counter.learn(['one', 'two']);
    one.add(2);
    counter.add(['two', 'signed']);
    expect(linesOf(await meter.text(), 'calls_total')).toEqual([
      'oobleck_calls_total{trunk="other",outcome="signed"} 1',
      'oobleck_calls_total{trunk="one",outcome="off"} 3',
      'oobleck_calls_total{trunk="two",outcome="signed"} 1',
    ]);
    counter.learn(Array.from({ length: 10_000 }, (_, i) => `trunk ${i}`));
    counter.add(['trunk 9999', 'off']);
    counter.add(['trunk 9', 'off']);
    expect(linesOf(await meter.text(), 'calls_total').slice(-2)).toEqual([
      'oobleck_calls_total{trunk="two",outcome="signed"} 1',
      'oobleck_calls_total{trunk="trunk 9",outcome="off"} 1',
    ]);
    expect(linesOf(await meter.text(), 'calls_total')[0]).toBe(
      'oobleck_calls_total{trunk="other",outcome="signed"} 1',
    );
    expect(linesOf(await meter.text(), 'calls_total')[1]).toBe(
      'oobleck_calls_total{trunk="other",outcome="off"} 1',
    );
  });

  it('reads several series when somebody looks; what is not there any more is not shown', async () => {
    const meter = createPrometheusMeter();
    let hosts = ['a.example', 'b.example'];
    const options = { name: 'peer_suspended', help: 'Peers', labels: ['peer'], kind: 'gauge' } as const;
    meter.series(options, () => hosts.map((host) => ({ values: [host], value: 1 })));
    expect(linesOf(await meter.text(), 'peer')).toHaveLength(2);
    hosts = ['b.example'];
    expect(linesOf(await meter.text(), 'peer')).toEqual(['oobleck_peer_suspended{peer="b.example"} 1']);
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
