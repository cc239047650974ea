import { expect, it } from 'vitest';
import { createPrometheusMeter } from '../operate/index.ts';
import { showPeers } from './metered-peers.ts';

it('shows each peer by its host, those of one host as one, and none that may hold a number', async () => {
  const meter = createPrometheusMeter();
  const peer = (host: string, isSuspended: boolean, suspensions: number) => ({
    host,
    isSuspended,
    suspensions,
  });
  const peers = [
    peer('cps.example.net', false, 2),
    peer('cps.example.net', true, 1),
    peer('12155551212.example.net', true, 1),
    ...Array.from({ length: 1_000 }, (_, i) => peer(`h${i}.example.org`, false, 0)),
  ];
  showPeers(meter, { deposits: { peers: () => peers }, retrievals: { peers: () => [] } });
  const text = await meter.text();
  expect(text).toContain('oobleck_peer_suspended{use="deposits",peer="cps.example.net"} 1\n');
  expect(text).toContain('oobleck_peer_suspensions_total{use="deposits",peer="cps.example.net"} 3\n');
  expect(text).toContain('oobleck_peer_suspended{use="deposits",peer="other"} 1\n');
  expect(text).not.toContain('12155551212');
  expect(text.match(/^oobleck_peer_suspended\{/gm)).toHaveLength(256);
});
