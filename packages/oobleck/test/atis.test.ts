// Two carriers that speak the ATIS profiles, each an `oobleck serve` of its own: Alpha leaves PASSporTs at Bravo's CPS, in
// clear, and Bravo verifies calls that arrive without any Identity.

import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSafeClient } from '../src/http/index.ts';
import { type Lab, writeLab } from '../src/lab/index.ts';
import { createTlsAuthority } from '../src/lab/pki.ts';
import { createEventLog } from '../src/operate/index.ts';
import { type Configuration, startNode } from '../src/wiring/index.ts';
import { type ServeProcess, startServe } from './serve-process.ts';

const CALLER = '12025550101';
/** Called numbers by the profile that calls to them use; no key for them is known to anybody. */
const CALLED = { '96': '19995550101', '105': '18885550101' } as const;
const NUMBERS = { '96': ['1-19995550000-1000'], '105': ['1-18885550000-1000'] };

let folder: string;
let lab: Lab;
let alpha: ServeProcess;
let bravo: ServeProcess;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'oobleck-atis-'));
  lab = await writeLab(folder, Date.now());
  const start = (name: string, configuration: Configuration): Promise<ServeProcess> => {
    const file = join(folder, `${name}-atis.json`);
    writeFileSync(file, JSON.stringify(configuration));
    return startServe(file);
  };
  [alpha, bravo] = await Promise.all([
    start('alpha', alphaConfiguration()),
    start('bravo', bravoConfiguration()),
  ]);
}, 60_000);

afterAll(async () => {
  await Promise.all([alpha?.stop(), bravo?.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

type Peer = NonNullable<Configuration['clearText']>['peers'][number];

const peerOf = (name: string, profile: '96' | '105', more: Partial<Peer> = {}): Peer => ({
  name: `bravo-${profile}`,
  profile,
  url: lab.bravo.origin,
  certificateUrl: `${name === 'alpha' ? lab.alpha.origin : lab.bravo.origin}/certificates/${name}.pem`,
  chainFile: `${name}.pem`,
  keyFile: `${name}.key`,
  ...more,
});

/** Neither has a directory or a mailbox: nothing is sealed, and nothing could be. */
function alphaConfiguration(): Configuration {
  const { services, calls } = lab.alpha;
  const { cps: _, issuer: __, ...common } = services;
  return {
    ...common,
    authentication: { ...calls.authentication!, directories: [] },
    clearText: {
      peers: [peerOf('alpha', '96'), peerOf('alpha', '105')],
      publish: [
        { tenant: 'alpha', numbers: NUMBERS['96'], peers: ['bravo-96'] },
        { tenant: 'alpha', numbers: NUMBERS['105'], peers: ['bravo-105'], instead: true },
      ],
    },
    rest: calls.rest!,
  };
}

function bravoConfiguration(): Configuration {
  const { services, calls } = lab.bravo;
  const { cps: _, issuer: __, ...common } = services;
  return {
    ...common,
    atis: { hosts: ['127.0.0.1'], neighbours: [{ publisher: '1234', readers: ['5678'] }] },
    verification: { mailboxes: [] },
    clearText: {
      peers: [peerOf('bravo', '96'), peerOf('bravo', '105', { neighbour: '1234' })],
      retrieve: [
        { numbers: NUMBERS['96'], peers: ['bravo-96'] },
        { numbers: NUMBERS['105'], peers: ['bravo-105'] },
      ],
    },
    rest: calls.rest!,
  };
}

async function ask(
  port: number,
  path: string,
  body: object,
): Promise<Record<string, Record<string, unknown>>> {
  const reply = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-requestid': randomUUID() },
    body: JSON.stringify(body),
  });
  return (await reply.json()) as Record<string, Record<string, unknown>>;
}

const now = (): number => Math.floor(Date.now() / 1000);

async function sign(called: string): Promise<unknown> {
  const { signingResponse } = await ask(lab.alpha.restPort, '/stir/v1/signing', {
    signingRequest: {
      attest: 'A',
      orig: { tn: CALLER },
      dest: { tn: [called] },
      iat: now(),
      origid: randomUUID(),
    },
  });
  return signingResponse?.identity;
}

async function verify(called: string): Promise<Record<string, unknown>> {
  const { verificationResponse } = await ask(lab.bravo.restPort, '/stir/v1/verification', {
    verificationRequest: { from: { tn: CALLER }, to: { tn: [called] }, time: now() },
  });
  return verificationResponse!;
}

describe('V-09: a call that loses its Identity is verified through the CPS of the called side', () => {
  it.each(['96', '105'] as const)('ATIS-1000%s', async (profile) => {
    const called = CALLED[profile];
    expect(await verify(called)).toMatchObject({ verstat: 'No-TN-Validation' });
    expect(await sign(called)).toMatch(/^eyJ/);
    expect(await verify(called)).toMatchObject({ verstat: 'TN-Validation-Passed' });
    // The one PASSporT that was left serves the one call.
    expect(await verify(called)).toMatchObject({ verstat: 'No-TN-Validation' });
  });

  it('each of two calls at once between the same two numbers has its own', async () => {
    await Promise.all([sign(CALLED['105']), sign(CALLED['105'])]);
    const verdicts = await Promise.all([verify(CALLED['105']), verify(CALLED['105']), verify(CALLED['105'])]);
    const passed = verdicts.filter(({ verstat }) => verstat === 'TN-Validation-Passed');
    expect(passed).toHaveLength(2);
  });

  it('a call to a number that no rule names is shown to nobody', async () => {
    await sign('17775550101');
    expect(await verify('17775550101')).toMatchObject({ verstat: 'No-TN-Validation' });
    expect(alpha.output()).not.toMatch(/7775550101|eyJ/);
    expect(bravo.output()).not.toMatch(/5550101|eyJ/);
  });
});

describe('H-03: a port of its own with mutual TLS', () => {
  const log = createEventLog({ level: 'silent' });

  it('clients without a certificate of the operator’s authority are refused', async () => {
    const members = await createTlsAuthority({ nowMs: Date.now() });
    const strangers = await createTlsAuthority({ nowMs: Date.now() });
    writeFileSync(join(folder, 'members.pem'), members.ca);
    const tls = { certificateFile: 'tls.pem', keyFile: 'tls.key', clientCaFile: 'members.pem' };
    const atis = { hosts: ['cps.example.net'], listen: { host: '127.0.0.1', port: 0, tls } };
    const { trust, client } = lab.bravo.services;
    const node = await startNode({ trust, client: client!, atis }, folder, { log });
    const health = async (authority?: typeof members): Promise<number> => {
      const connection = createSafeClient({
        ca: [lab.tlsCa],
        allowAddresses: ['127.0.0.1'],
        ...(authority === undefined ? {} : { clientCertificate: await authority.issueClient('SHAKEN 1234') }),
      });
      const limits = { deadlineMs: 5_000, maxResponseBytes: 1_000 };
      const asking = connection.request({ method: 'GET', url: `${node.atisOrigin}/health`, ...limits });
      return asking.then(({ status }) => status).finally(() => connection.close());
    };
    expect(node.publicOrigin).toBeUndefined();
    expect(await health(members)).toBe(200);
    await expect(health()).rejects.toThrow();
    await expect(health(strangers)).rejects.toThrow();
    // Who may come in is taken live, too, without a signal.
    writeFileSync(join(folder, 'members.pem'), strangers.ca);
    node.environment.live.poll();
    expect(await health(strangers)).toBe(200);
    await expect(health(members)).rejects.toThrow();
    // Its health is that of the process.
    node.environment.readiness.add('store', () => false);
    expect(await health(strangers)).toBe(503);
    await node.close();
  });

  it('H-02: it speaks nothing but TLS', async () => {
    const session = connectHttp2(`http://127.0.0.1:${new URL(lab.bravo.origin).port}`);
    await expect(
      new Promise((resolve, reject) => {
        session.on('error', reject).on('close', () => reject(new Error('closed')));
        session.request({ ':path': '/health' }).on('response', resolve).on('error', reject);
      }),
    ).rejects.toThrow();
    session.destroy();
  });
});

describe('a configuration', () => {
  const startWith = (change: (configuration: Configuration) => Configuration) =>
    startNode(change(alphaConfiguration()), folder, { log: createEventLog({ level: 'silent' }) });
  const clear = (more: object) => (one: Configuration) =>
    ({ ...one, clearText: { ...one.clearText!, ...more } }) as Configuration;

  it.each<[string, (configuration: Configuration) => Configuration]>([
    ['clearText.publish.0.peers.0: expected the name of a peer', clear({ publish: [{ peers: ['x'] }] })],
    [
      'clearText.publish.0.tenant: expected the name of a tenant',
      clear({ publish: [{ tenant: 'x', peers: ['bravo-96'] }] }),
    ],
    [
      'trunks.0.clearPeers.1: expected the name of a peer',
      (one) => ({
        ...one,
        trunks: [{ name: 'tdm', tenant: 'alpha', clearPeers: ['bravo-96', 'x'] }],
      }),
    ],
    [
      'verification: expected, since clearText.retrieve is there',
      clear({ retrieve: [{ peers: ['bravo-96'] }] }),
    ],
    [
      'clearText.retrieve.0.peers.0: expected a peer with a neighbour',
      clear({ retrieve: [{ peers: ['bravo-105'] }] }),
    ],
    [
      'trust.numberMapFile: expected',
      ({ trust: { numberMapFile: _, ...trust }, ...one }) => ({
        ...one,
        trust,
        atis: { hosts: ['a'], readers: 'owner' },
      }),
    ],
    ['atis.listen: expected', ({ listen: _, directory: __, ...one }) => ({ ...one, atis: { hosts: ['a'] } })],
  ])('with a fault is refused: %s', async (fault, change) => {
    await expect(startWith(change)).rejects.toThrow(fault);
  });

  it('names a peer’s provider where its certificate has none or another', async () => {
    const change = clear({
      peers: [{ ...alphaConfiguration().clearText!.peers[0]!, spc: '9999' }],
      publish: [],
    });
    const elsewhere = (one: Configuration) => change({ ...one, listen: { ...one.listen!, port: 0 } });
    await expect(startWith(elsewhere)).rejects.toThrow('clearText.peers.0.spc');
  });
});
