// A process that has reached its memory's mark takes nothing more, on whichever port: HTTP is 503 with Retry-After, a call that
// comes over SIP goes on as it is; the metrics are read all the same.

import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { requestText } from '../src/gateway/sip/sip-fixture.ts';
import { createSafeClient, type SafeClient } from '../src/http/index.ts';
import { type Lab, writeLab } from '../src/lab/index.ts';
import { createEventLog } from '../src/operate/index.ts';
import { type Configuration, type RunningNode, startNode } from '../src/wiring/index.ts';

/** The least there may be; a process of node has more as it starts. */
const LEAST = 2 ** 26;

let folder: string;
let lab: Lab;
let node: RunningNode;
let client: SafeClient;
const logged: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'oobleck-watermark-'));
  lab = await writeLab(folder, Date.now());
  const log = createEventLog({ destination: { write: (line) => void logged.push(line) } });
  node = await startNode(configurationOf(lab), folder, { log });
  client = createSafeClient({ ca: [lab.tlsCa], allowAddresses: ['127.0.0.0/8'] });
}, 60_000);
afterAll(async () => {
  await client?.close();
  await node?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** An ATIS CPS on a port of its own, REST, SIP and metrics: no public port. */
function configurationOf({ alpha }: Lab): Configuration {
  const { services, calls } = alpha;
  const { listen, cps: _, issuer: __, directory: ___, certificates: ____, ...common } = services;
  return {
    ...common,
    authentication: calls.authentication!,
    atis: { hosts: [new URL(alpha.origin).host], listen: { host: '127.0.0.1', port: 0, tls: listen!.tls } },
    rest: { port: 0 },
    sip: {
      listeners: [{ name: 'udp', transport: 'udp', port: 0 }],
      peers: [{ name: 'switch', addresses: ['127.0.0.1'] }],
      rules: [{ trunk: 'out' }],
    },
    trunks: [{ name: 'out', tenant: 'alpha', direction: 'outgoing', attestation: 'A' }],
    metrics: { port: 0 },
    memory: { maximumBytes: LEAST },
  };
}

function overUdp(text: string): Promise<string> {
  const socket = createSocket('udp4');
  return new Promise<string>((resolve) => {
    socket.once('message', (bytes) => resolve(bytes.toString('latin1')));
    socket.send(text, node.sip!.ports.get('udp')!, '127.0.0.1');
  }).finally(() => socket.close());
}

it('nothing more is taken on any port, and the log says so once, with bytes', async () => {
  const limits = { deadlineMs: 10_000, maxResponseBytes: 100_000 };
  const url = `${node.atisOrigin}/passports/1234/12155000001/12025550001`;
  const atis = await client.request({ method: 'GET', url, ...limits });
  expect([atis.status, atis.headers['retry-after']]).toEqual([503, '1']);
  const rest = await fetch(`${node.restOrigin}/signing`, { method: 'POST', body: '{}' });
  expect([rest.status, rest.headers.get('retry-after')]).toEqual([503, '1']);
  expect(await overUdp(requestText())).toMatch(/^SIP\/2\.0 404 /);

  const metrics = await (await fetch(`${node.metricsOrigin}/metrics`)).text();
  expect(metrics).toMatch(/^oobleck_memory_malloced_bytes [1-9][0-9]*$/m);
  expect(metrics).toMatch(/^oobleck_memory_array_buffers_bytes [1-9][0-9]*$/m);
  expect(metrics).toMatch(/^oobleck_sip_answers_total\{status="404"\} 1$/m);
  const bytes = expect.any(Number);
  expect(logged.map((line) => JSON.parse(line)).filter(({ event }) => event.startsWith('memory-'))).toEqual([
    {
      level: 'warn',
      time: bytes,
      event: 'memory-full',
      rss: bytes,
      external: bytes,
      arrayBuffers: bytes,
      heapUsed: bytes,
      malloced: bytes,
    },
  ]);
});
