// Trunks, and peers and rules of the SIP interface, are taken anew on SIGHUP: all of them or none. A configuration with a
// fault leaves the old one in force, and the log names the field.

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { parseIdentity } from '@oobleck/stir/identity';
import { parsePassport } from '@oobleck/stir/passport';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { requestText, valuesIn } from '../src/gateway/sip/sip-fixture.ts';
import type { Configuration } from '../src/wiring/index.ts';
import { type CliFolder, createCliFolder } from './cli-process.ts';
import { type ServeProcess, startServe } from './serve-process.ts';

let folder: CliFolder;
let serving: ServeProcess;
let port: number;
let socket: Socket;
let calls = 0;
let logged = 0;

type Trunk = NonNullable<Configuration['trunks']>[number];

const trunk = (attestation: 'A' | 'B' | 'C', more: Partial<Trunk> = {}): Trunk =>
  ({ name: 'to-tandem', tenant: 'alpha', direction: 'outgoing', attestation, ...more }) as Trunk;

function configured(trunks: readonly Trunk[], change: (configuration: Configuration) => unknown = () => {}) {
  const { verification: _, ...alpha } = JSON.parse(
    readFileSync(folder.path('alpha-calls.json'), 'utf8'),
  ) as Configuration;
  const configuration: Configuration = {
    ...alpha,
    log: { level: 'info' },
    authentication: { ...alpha.authentication!, directories: [] },
    rest: { port: 0 },
    metrics: { port: 0 },
    trunks: [...trunks],
    sip: {
      listeners: [{ name: 'main', transport: 'udp', port: 0 }],
      peers: [{ name: 'switch', addresses: ['127.0.0.1'] }],
      rules: [{ trunk: 'to-tandem', peer: 'switch' }],
    },
  };
  change(configuration);
  return JSON.stringify(configuration);
}

/** Writes the file, sends SIGHUP, and gives what is logged up to the end of that. */
async function reload(text: string): Promise<string> {
  writeFileSync(folder.path('serve.json'), text);
  process.kill(serving.pid, 'SIGHUP');
  const news = () => serving.output().slice(logged);
  await expect.poll(news, { timeout: 10_000 }).toMatch(/"event":"(reloaded|reload-failed)".*\n/);
  const found = news();
  logged += found.length;
  return found;
}

beforeAll(async () => {
  folder = await createCliFolder();
  writeFileSync(folder.path('serve.json'), configured([trunk('A')]));
  serving = await startServe(folder.path('serve.json'));
  port = Number(/sip:127\.0\.0\.1:([0-9]+);transport=udp/.exec(serving.output())![1]);
  socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
});
beforeEach(() => {
  logged = serving.output().length;
});
afterAll(async () => {
  socket?.close();
  await serving?.stop();
  folder?.remove();
});

async function ask(text: string, from = socket): Promise<string> {
  from.send(text, port, '127.0.0.1');
  const [bytes] = (await once(from, 'message')) as [Buffer];
  return bytes.toString('latin1');
}

/** Of a call that is new to the process. */
async function attestation(headers: readonly string[] = []): Promise<unknown> {
  const id = `call-${calls++}`;
  const answer = await ask(
    requestText({ callId: id, via: `SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK${id};rport`, headers }),
  );
  const [identity] = valuesIn(answer, 'Identity');
  return identity && parsePassport(parseIdentity(identity).token).claims.attest;
}

it('a changed trunk is that of the next call', async () => {
  expect(await attestation()).toBe('A');
  expect(await reload(configured([trunk('C'), trunk('B', { name: 'another' })]))).not.toContain('failed');
  expect(await attestation()).toBe('C');
  const another = configured([trunk('C'), trunk('B', { name: 'another' })], (one) => {
    one.sip!.rules = [{ trunk: 'another', peer: 'switch' }];
  });
  await reload(another);
  expect(await attestation()).toBe('B');
  const origins = /^ready (.*)$/m
    .exec(serving.output())![1]!
    .split(' ')
    .filter((one) => /^http:/.test(one));
  const answers = await Promise.all(origins.map((origin) => fetch(`${origin}/metrics`)));
  const text = await answers.find(({ ok }) => ok)!.text();
  expect(text).toContain('oobleck_calls_total{trunk="another",direction="outgoing",outcome="signed"} 1\n');
  expect(text).toContain('oobleck_calls_total{trunk="to-tandem",direction="outgoing",outcome="signed"} 2\n');
  expect(await reload(configured([trunk('C', { on: false })]))).not.toContain('restart-needed');
  expect(await attestation()).toBe(undefined);
  await reload(configured([trunk('C')]));
});

it('a trunk says whether a mark makes a call one of an emergency service', async () => {
  const mark = ['Priority: psap-callback'];
  expect(await attestation(mark)).toBe(undefined);
  await reload(configured([trunk('C', { trustEmergencyMarks: false })]));
  expect(await attestation(mark)).toBe('C');
  await reload(configured([trunk('C', { trustEmergencyMarks: true })]));
  expect(await attestation(mark)).toBe(undefined);
});

it.each<[string, () => string, string]>([
  ['that is no JSON', () => '{', 'file'],
  ['with a field out of range', () => configured([trunk('A', { deadlineMs: 1 })]), 'trunks.0.deadlineMs'],
  ['with a rule of no trunk', () => configured([trunk('A', { name: 'other' })]), 'sip.rules.0.trunk'],
  [
    'with a tenant that only a restart brings',
    () =>
      configured([trunk('A'), trunk('A', { name: 'bravo', tenant: 'bravo' })], (one) => {
        const [alpha] = one.authentication!.tenants;
        one.authentication!.tenants.push({ ...alpha!, name: 'bravo' });
      }),
    'trunks.1.tenant',
  ],
  [
    'with a trunk that cannot be',
    () =>
      configured([
        trunk('A'),
        trunk('A', { name: 'odd', numbers: { translations: [{ dialled: '1', reached: '++' }] } }),
      ]),
    'trunks.1.numbers',
  ],
])(
  'a configuration %s leaves the old one in force, and the log says what is at fault',
  async (_what, text, field) => {
    const news = await reload(text());
    expect(news).toContain('"event":"reload-failed"');
    expect(news).toContain(`"reason":"${field}`);
    expect(await attestation()).toBe('C');
  },
);

it('cautions of what is taken are told, and not again where nothing has changed', async () => {
  const shared = configured([trunk('C')], (one) => {
    one.sip!.peers.push({ name: 'other', addresses: ['192.0.2.7'] });
    one.sip!.rules.unshift({ trunk: 'to-tandem', trunkGroup: 'west' });
  });
  const caution = /"reason":"sip\.rules\.0","event":"shared-trunk-group"/;
  expect(await reload(shared)).toMatch(caution);
  expect(await reload(shared)).not.toContain('shared-trunk-group');
  const faulty = shared.replace('"trunkGroup":"west"', '"trunkGroup":"west","peer":"nobody"');
  expect(await reload(faulty)).not.toContain('shared-trunk-group');
  expect(await reload(configured([trunk('C')]))).not.toContain('shared-trunk-group');
});

it('peers change as well; what needs a restart is said', async () => {
  const moved = configured([trunk('C')], (one) => {
    one.log!.level = 'warn';
    one.sip!.peers = [{ name: 'switch', addresses: ['127.0.0.2'] }];
    one.sip!.contactHost = 'gateway.example';
  });
  const news = await reload(moved);
  const needed = [...news.matchAll(/"event":"restart-needed".*|.*"restart-needed"/g)].map(([line]) => line);
  expect(needed.join(' ')).toContain('"reason":"log"');
  expect(needed.join(' ')).toContain('"reason":"sip"');
  expect(needed.join(' ')).not.toContain('"reason":"trunks"');
  const other = createSocket('udp4').bind(0, '127.0.0.2');
  await once(other, 'listening');
  let heard = 0;
  socket.on('message', () => heard++);
  const options = requestText({ method: 'OPTIONS' });
  socket.send(options, port, '127.0.0.1');
  expect(await ask(options, other)).toMatch(/^SIP\/2\.0 200 /);
  expect(heard).toBe(0);
  other.close();
});
