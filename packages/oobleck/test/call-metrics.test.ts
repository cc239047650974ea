// Calls of every interface are counted by trunk, direction and outcome, SIP answers by status, and peers that have gone
// silent are seen; no number and no call's id becomes a label.

import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { requestText } from '../src/gateway/sip/sip-fixture.ts';
import { writeLab } from '../src/lab/index.ts';
import { createEventLog } from '../src/operate/index.ts';
import { type Configuration, type RunningNode, startNode } from '../src/wiring/index.ts';

const CALLER = '12025550123';
const CALLED = '12155000777';
let folder: string;
let node: RunningNode;
/** Takes connections and says nothing: a CPS that has gone silent. */
let silent: Server;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'oobleck-call-metrics-'));
  silent = createServer((socket) => socket.on('error', () => undefined));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { alpha } = await writeLab(folder, Date.now());
  const { port } = silent.address() as AddressInfo;
  const cps = [`https://localhost:${port}`];
  const [mailbox] = alpha.calls.verification!.mailboxes;
  const configuration: Configuration = {
    ...alpha.calls,
    client: { ...alpha.calls.client, allowAddresses: ['127.0.0.0/8', '::1'] },
    authentication: { ...alpha.calls.authentication!, directories: [] },
    verification: {
      mailboxes: [{ ...mailbox!, numbers: ['0-1234'], cps, directories: [] }],
      deadlineMs: 200,
    },
    metrics: { port: 0 },
    rest: { port: 0 },
    trunks: [
      { name: 'to-tandem', tenant: 'alpha', direction: 'outgoing', attestation: 'A', deadlineMs: 5_000 },
      {
        name: 'from-tandem',
        tenant: 'alpha',
        direction: 'incoming',
        deadlineMs: 5_000,
        block: ['not-served'],
      },
      { name: 'switched-off', tenant: 'alpha', direction: 'outgoing', on: false },
    ],
    sip: {
      listeners: [{ name: 'main', transport: 'udp', port: 0 }],
      peers: [{ name: 'switch', addresses: ['127.0.0.1'] }],
      rules: [{ trunk: 'to-tandem' }],
    },
  };
  node = await startNode(configuration, folder, { log: createEventLog({ level: 'silent' }) });
  await node.called!.renew();
}, 60_000);

afterAll(async () => {
  await node?.close();
  silent?.close();
  rmSync(folder, { recursive: true, force: true });
});

const read = async (): Promise<string> => (await fetch(`${node.metricsOrigin}/metrics`)).text();
const post = (path: string, body: object) =>
  fetch(`${node.restOrigin}/stir/v1/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
const party = (tn: string) => ({ tn });

function sign(callId: string, more: object = {}) {
  const request = { orig: party(CALLER), dest: { tn: [CALLED] }, iat: Math.floor(Date.now() / 1000) };
  const shaken = { attest: 'A', origid: '123e4567-e89b-42d3-a456-426655440000' };
  return post('signing', { signingRequest: { ...request, ...shaken, callId, ...more } });
}

function verify(callId: string, called = '12025550001') {
  const request = { from: party(CALLER), to: { tn: [called] }, time: Math.floor(Date.now() / 1000) };
  return post('verification', { verificationRequest: { ...request, callId } });
}

async function ask(text: string): Promise<string> {
  const socket = createSocket('udp4');
  const answer = new Promise<string>((resolve) =>
    socket.once('message', (bytes) => resolve(bytes.toString('latin1'))),
  );
  socket.send(text, node.sip!.ports.get('main')!, '127.0.0.1');
  const found = await answer;
  socket.close();
  return found;
}

it('calls of REST and SIP are counted by trunk, direction and outcome, once each', async () => {
  for (const trunk of ['to-tandem', 'to-tandem', 'switched-off'])
    await sign(`call ${trunk}`.replace(' ', '-'), { trunk });
  const emergency = await sign('emergency', { trunk: 'to-tandem', dest: { tn: ['911'] } });
  expect(emergency.status).toBe(400);
  expect(await ask(requestText({ uri: `sip:+${CALLED}@switch.example.net;user=phone` }))).toMatch(/ 302 /);
  expect(await ask(requestText({ method: 'OPTIONS' }))).toMatch(/ 200 /);
  expect(await ask(requestText({ method: 'REGISTER' }))).toMatch(/ 405 /);
  const text = await read();
  const outgoing = 'oobleck_calls_total{trunk="to-tandem",direction="outgoing"';
  expect(text).toContain(`${outgoing},outcome="signed"} 2\n`);
  expect(text).toContain(`${outgoing},outcome="exempt"} 1\n`);
  expect(text).toContain('oobleck_calls_total{trunk="switched-off",direction="outgoing",outcome="off"} 1\n');
  for (const status of ['200', '302', '405'])
    expect(text).toContain(`oobleck_sip_answers_total{status="${status}"} 1\n`);
  expect(text).toContain('oobleck_calls_signed_total{outcome="no-key"} 2\n');
});

it('a peer that has gone silent is seen, and counted once; its trunk is not', async () => {
  for (let at = 0; at < 7; at++) await verify(`arrived-${at}`);
  const text = await read();
  expect(text).toContain('oobleck_peer_suspended{use="retrievals",peer="localhost"} 1\n');
  expect(text).toContain('oobleck_peer_suspensions_total{use="retrievals",peer="localhost"} 1\n');
  expect(text).toContain('oobleck_trunk_suspended{trunk="from-tandem",direction="incoming"} 0\n');
  const verdicts = text.match(/^oobleck_calls_total\{trunk="from-tandem",direction="incoming".*$/gm) ?? [];
  expect(verdicts).toEqual([
    'oobleck_calls_total{trunk="from-tandem",direction="incoming",outcome="cps-unavailable"} 7',
  ]);
});

it('what a trunk refuses is counted, and nothing of the calls is in a label', async () => {
  await verify('nobody-has-the-key', CALLED);
  const text = await read();
  expect(text).toContain('oobleck_calls_blocked_total{trunk="from-tandem"} 1\n');
  const labels = [...text.matchAll(/\{([^}]*)\}/g)].map((match) => match[1]!).join(' ');
  expect(labels).not.toMatch(/[0-9]{7}/);
  expect(labels).not.toMatch(/arrived|nobody|emergency|alpha/);
});
