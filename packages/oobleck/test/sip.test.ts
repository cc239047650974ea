// A carrier's two processes with a redirect element each, out of their configurations: a call signed over UDP by one and
// verified over TLS by the other, with everything real in between.

import { createHash, randomUUID, X509Certificate } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { formatIdentity, parseIdentity } from '@oobleck/stir/identity';
import { parseTelephoneNumber } from '@oobleck/stir/number';
import { createPassportSigner, type PassportStatement, parsePassport } from '@oobleck/stir/passport';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNodeCrypto } from '../src/crypto/index.ts';
import { valuesIn } from '../src/gateway/sip/sip-fixture.ts';
import { type Lab, writeLab } from '../src/lab/index.ts';
import { createTlsAuthority } from '../src/lab/pki.ts';
import { ConfigurationError, createEventLog } from '../src/operate/index.ts';
import { createCredentialFiles, readIdentity } from '../src/wiring/credential-files.ts';
import { type Configuration, type RunningNode, requireConsistency, startNode } from '../src/wiring/index.ts';

const CALLED = '12155000777';
const CALLER = '12025550123';
let folder: string;
let lab: Lab;
let alpha: RunningNode;
let bravo: RunningNode;
const logged: string[] = [];
const nodes: RunningNode[] = [];

const trunk = (tenant: string, direction: 'outgoing' | 'incoming', more = {}) => ({
  name: `${tenant}-${direction}`,
  tenant,
  direction,
  deadlineMs: 5_000,
  ...more,
});

const sipOf = (tenant: string, hash: string): NonNullable<Configuration['sip']> => ({
  listeners: [
    { name: 'sign', transport: 'udp', port: 0 },
    { name: 'seal', transport: 'udp', port: 0 },
    { name: 'carry', transport: 'udp', port: 0 },
    { name: 'verify', transport: 'tls', port: 0, tls: { certificateFile: 'sip.pem', keyFile: 'sip.key' } },
    { name: 'plain', transport: 'tcp', host: '::1', port: 0 },
  ],
  peers: [
    { name: 'sbc', addresses: ['127.0.0.1'], certificates: [hash] },
    { name: 'switch', addresses: ['127.0.0.0/8', '::1'] },
  ],
  rules: [
    { trunk: `${tenant}-outgoing`, listener: 'sign' },
    { trunk: `${tenant}-sealed`, listener: 'seal' },
    { trunk: `${tenant}-carrying`, listener: 'carry' },
    { trunk: `${tenant}-incoming`, listener: 'verify', peer: 'sbc' },
    { trunk: `${tenant}-incoming`, listener: 'plain' },
  ],
  domain: `${tenant}.example`,
});

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'oobleck-sip-'));
  lab = await writeLab(folder, Date.now());
  const tls = await createTlsAuthority({ nowMs: Date.now() });
  for (const name of ['sip', 'sbc']) {
    const { certificate, key } = await tls.issueServer();
    writeFileSync(join(folder, `${name}.pem`), certificate);
    writeFileSync(join(folder, `${name}.key`), key);
  }
  const hash = hashOf(readFileSync(join(folder, 'sbc.pem'), 'utf8'));
  const log = createEventLog({ level: 'debug', destination: { write: (line) => void logged.push(line) } });
  const start = async (configuration: Configuration): Promise<RunningNode> => {
    const node = await startNode(configuration, folder, { log });
    nodes.push(node);
    return node;
  };
  const calls = ({ name, calls: { rest: _, ...one } }: Lab['alpha']): Configuration => ({
    ...one,
    trunks: [
      trunk(name, 'outgoing', { attestation: 'A' }),
      { ...trunk(name, 'outgoing', { attestation: 'A', encryptIdentity: true }), name: `${name}-sealed` },
      { ...trunk(name, 'outgoing', { outgoing: 'carry' }), name: `${name}-carrying` },
      trunk(name, 'incoming', { incoming: 'restore' }),
    ],
    sip: sipOf(name, hash),
    verification: { ...one.verification!, deadlineMs: 4_000 },
  });
  await start(lab.alpha.services);
  await start(lab.bravo.services);
  [bravo, alpha] = [await start(calls(lab.bravo)), await start(calls(lab.alpha))];
  await bravo.called!.renew();
  await alpha.calling!.refresh();
  await alpha.calling!.fillWallet();
}, 60_000);

afterAll(async () => {
  for (const node of nodes.toReversed()) await node.close();
  rmSync(folder, { recursive: true, force: true });
});

const hashOf = (pem: string): string =>
  createHash('sha256').update(new X509Certificate(pem).raw).digest('hex');

function invite(callId: string, transport: string, headers: readonly string[] = []): string {
  return [
    `INVITE sip:+${CALLED}@switch.example;user=phone SIP/2.0`,
    `Via: SIP/2.0/${transport} switch.example;branch=z9hG4bK${callId};rport`,
    `From: <sip:+${CALLER}@switch.example;user=phone>;tag=a`,
    `To: <sip:+${CALLED}@switch.example;user=phone>`,
    `Call-ID: ${callId}`,
    'CSeq: 1 INVITE',
    'Max-Forwards: 70',
    ...headers,
    'Content-Length: 0',
    '\r\n',
  ].join('\r\n');
}

async function overUdp(port: number, text: string): Promise<string> {
  const socket = createSocket('udp4');
  try {
    return await new Promise((resolve) => {
      socket.once('message', (bytes) => resolve(bytes.toString('latin1')));
      socket.send(text, port, '127.0.0.1');
    });
  } finally {
    socket.close();
  }
}

async function overTls(
  port: number,
  text: string,
  isKnown = true,
): Promise<{ answer: string; served: string }> {
  const shown = isKnown
    ? { cert: readFileSync(join(folder, 'sbc.pem')), key: readFileSync(join(folder, 'sbc.key')) }
    : {};
  const socket: TLSSocket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...shown });
  let answer = '';
  let served = '';
  socket.on('error', () => undefined);
  socket.once('secureConnect', () => {
    served = createHash('sha256').update(socket.getPeerCertificate().raw).digest('hex');
    socket.write(text, 'latin1');
  });
  await new Promise<void>((resolve) => {
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('latin1');
      if (answer.endsWith('\r\n\r\n')) resolve();
    });
    socket.once('close', () => resolve());
  });
  socket.destroy();
  return { answer, served };
}

const port = (node: RunningNode, name: string): number => node.sip!.ports.get(name)!;

describe('a call between two redirect elements', () => {
  it('G-03: is signed, loses its Identity, is verified out of band and gets it back', async () => {
    const callId = randomUUID();
    const signed = await overUdp(port(alpha, 'sign'), invite(callId, 'UDP'));
    expect(signed).toMatch(/^SIP\/2\.0 302 /);
    const [identity] = valuesIn(signed, 'Identity');
    const passport = parsePassport(parseIdentity(identity!).token);
    expect(passport.claims).toMatchObject({ attest: 'A', orig: { tn: CALLER }, dest: { tn: [CALLED] } });
    // The same INVITE again: the same answer, so nothing was signed or left a second time.
    expect(valuesIn(await overUdp(port(alpha, 'sign'), invite(callId, 'UDP')), 'Identity')).toEqual([
      identity,
    ]);

    const { answer } = await overTls(port(bravo, 'verify'), invite(callId, 'TLS'));
    expect(answer).toMatch(/^SIP\/2\.0 302 /);
    expect(valuesIn(answer, 'P-Asserted-Identity')).toEqual([
      `<sip:+${CALLER};verstat=TN-Validation-Passed@bravo.example;user=phone>`,
    ]);
    expect(valuesIn(answer, 'P-Attestation-Indicator')).toEqual(['A']);
    expect(valuesIn(answer, 'P-Origination-Id')).toEqual([passport.claims.origid]);
    expect(valuesIn(answer, 'Identity')).toEqual([identity]);
  });

  it('is verified in band with its Identity, over IPv6 and TCP as well', async () => {
    const callId = randomUUID();
    const signed = await overUdp(port(alpha, 'sign'), invite(callId, 'UDP'));
    const headers = valuesIn(signed, 'Identity').map((value) => `Identity: ${value}`);
    const { answer } = await overTls(port(bravo, 'verify'), invite(callId, 'TLS', headers));
    expect(answer).toContain('verstat=TN-Validation-Passed');
  });

  it('carries the PASSporT sealed where the trunk says so, and opens it at the other end', async () => {
    const callId = randomUUID();
    const sealed = await overUdp(port(alpha, 'seal'), invite(callId, 'UDP'));
    expect(valuesIn(sealed, 'Identity')).toEqual([]);
    const values = valuesIn(sealed, 'Identity-Encrypted');
    expect(values.length).toBeGreaterThan(0);
    const [{ certificateUrl } = { certificateUrl: '' }] = lab.alpha.calls.authentication!.tenants;
    expect(alpha.calling!.chains.chainAtHand(certificateUrl)?.length).toBeGreaterThan(0);
    const headers = values.map((value) => `Identity-Encrypted: ${value}`);
    const { answer } = await overTls(port(bravo, 'verify'), invite(callId, 'TLS', headers));
    expect(answer).toContain('verstat=TN-Validation-Passed');
    expect(valuesIn(answer, 'Identity')).toHaveLength(1);
  });

  /** A PASSporT of a lab carrier about the call of these tests, as the value of a header field. */
  function identityBy(
    carrier: 'alpha' | 'bravo',
    statement: Partial<PassportStatement> & Pick<PassportStatement, 'extension'>,
  ): string {
    const [tenant] = lab[carrier].calls.authentication!.tenants;
    const { certificateUrl } = tenant!;
    const { key } = readIdentity(createCredentialFiles(folder), createNodeCrypto(), tenant!, 'tenant');
    const token = createPassportSigner(key, certificateUrl).sign({
      originator: { kind: 'tn', number: parseTelephoneNumber(CALLER) },
      destinations: { numbers: [parseTelephoneNumber(CALLED)], uris: [] },
      issuedAt: Math.floor(Date.now() / 1000),
      ...statement,
    });
    return formatIdentity({ token, info: certificateUrl, algorithm: 'ES256', ppt: statement.extension });
  }

  it('G-03: carries shaken, rph and a third party’s rcd past SIP, and gets all three back', async () => {
    const identities = [
      identityBy('alpha', { extension: 'shaken', shaken: { attestation: 'A', originationId: randomUUID() } }),
      identityBy('bravo', { extension: 'rcd', callReason: 'your parcel', issuer: 'Bravo CNAM' }),
      identityBy('alpha', { extension: 'rph', priority: { authorized: ['ets.0'] } }),
    ];
    const headers = identities.map((value) => `Identity: ${value}`);
    const carried = await overUdp(port(alpha, 'carry'), invite(randomUUID(), 'UDP', headers));
    expect(carried).not.toContain('Identity-Encrypted');
    const { answer } = await overTls(port(bravo, 'verify'), invite(randomUUID(), 'TLS'));
    expect(answer).toContain('verstat=TN-Validation-Passed');
    expect(valuesIn(answer, 'P-Attestation-Indicator')).toEqual(['A']);
    expect([...valuesIn(answer, 'Identity')].sort()).toEqual([...identities].sort());
    // They serve one call: nothing of them proves a second one.
    const second = await overTls(port(bravo, 'verify'), invite(randomUUID(), 'TLS', headers));
    expect(second.answer).toContain('verstat=No-TN-Validation');
  });

  it('of which nothing is known is No-TN-Validation; strangers without the certificate hear nothing of it', async () => {
    const text = invite(randomUUID(), 'TLS').replaceAll(CALLER, '12025554444');
    expect((await overTls(port(bravo, 'verify'), text)).answer).toContain('verstat=No-TN-Validation');
    // By address it is the peer `switch`, whom no rule of this listener fits: nothing to add.
    expect((await overTls(port(bravo, 'verify'), invite(randomUUID(), 'TLS'), false)).answer).toMatch(
      /^SIP\/2\.0 404 /,
    );
  });

  it('takes a new TLS certificate while it runs', async () => {
    const { certificate, key } = await (await createTlsAuthority({ nowMs: Date.now() })).issueServer();
    writeFileSync(join(folder, 'sip.pem'), certificate);
    writeFileSync(join(folder, 'sip.key'), key);
    bravo.reload();
    const text = invite(randomUUID(), 'TLS').replace('INVITE', 'OPTIONS').replace('1 INVITE', '1 OPTIONS');
    const { answer, served } = await overTls(port(bravo, 'verify'), text);
    expect(answer).toMatch(/^SIP\/2\.0 200 /);
    expect(served).toBe(hashOf(certificate));
    writeFileSync(join(folder, 'sip.key'), 'nonsense');
    expect(() => bravo.reload()).toThrow();
    expect((await overTls(port(bravo, 'verify'), text)).served).toBe(hashOf(certificate));
  });

  it('leaves no number in the log, and can be traced by its id', async () => {
    const callId = randomUUID();
    await overUdp(port(alpha, 'sign'), invite(callId, 'UDP'));
    const [trace] = alpha.switches.path.traces.find('alpha', callId);
    expect(trace).toMatchObject({ trunk: 'alpha-outgoing', direction: 'outgoing' });
    expect(logged.join()).toContain('call-placed');
    for (const number of [CALLER, CALLED])
      expect(logged.join() + JSON.stringify(trace)).not.toContain(number);
  });
});

describe('a configuration of the redirect element', () => {
  const faultsOf = (change: (sip: NonNullable<Configuration['sip']>) => void): readonly string[] => {
    const sip = structuredClone(sipOf('alpha', '0'.repeat(64)));
    change(sip);
    const { rest: _, ...calls } = lab.alpha.calls;
    const trunks = [
      trunk('alpha', 'outgoing'),
      { ...trunk('alpha', 'outgoing'), name: 'alpha-sealed' },
      { ...trunk('alpha', 'outgoing'), name: 'alpha-carrying' },
      trunk('alpha', 'incoming'),
      { ...trunk('alpha', 'outgoing'), name: 'open', direction: 'both' as const },
    ];
    try {
      requireConsistency({ ...calls, trunks, sip });
      return [];
    } catch (error) {
      if (error instanceof ConfigurationError) return error.faults;
      throw error;
    }
  };
  it.each<[string, (sip: NonNullable<Configuration['sip']>) => void, readonly string[]]>([
    ['nothing', () => undefined, []],
    [
      'a trunk that is none',
      ({ rules }) => {
        rules[0]!.trunk = 'x';
      },
      ['sip.rules.0.trunk: expected the name of a trunk'],
    ],
    [
      'no direction',
      ({ rules }) => {
        rules[0]!.trunk = 'open';
      },
      ['sip.rules.0.direction: expected, since its trunk is for both'],
    ],
    [
      'another direction',
      ({ rules }) => {
        rules[0]!.direction = 'incoming';
      },
      ['sip.rules.0.direction: expected that of its trunk'],
    ],
    [
      'a listener that is none',
      ({ rules }) => {
        rules[0]!.listener = 'x';
      },
      ['sip.rules.0.listener: expected the name of a listener'],
    ],
    [
      'a peer that is none',
      ({ rules }) => {
        rules[0]!.peer = 'x';
      },
      ['sip.rules.0.peer: expected the name of a peer'],
    ],
    [
      'a context alone',
      ({ rules }) => {
        rules[0]!.trunkContext = 'x';
      },
      ['sip.rules.0.trunkGroup: expected, since trunkContext is there'],
    ],
    [
      'TLS without files',
      ({ listeners }) => void delete listeners[3]!.tls,
      ['sip.listeners.3.tls: expected where the transport is tls, and only there'],
    ],
    [
      'a host that is a name',
      ({ listeners }) => {
        listeners[0]!.host = 'localhost';
      },
      ['sip.listeners.0.host: expected an address'],
    ],
    [
      'a name twice',
      ({ listeners }) => {
        listeners[1]!.name = 'sign';
      },
      [
        'sip.listeners.1.name: expected a name that stands once',
        'sip.rules.1.listener: expected the name of a listener',
      ],
    ],
    [
      'a block that is none',
      ({ peers }) => {
        peers[0]!.addresses = ['10.0.0.0/33', 'sbc', '::/129'];
      },
      [0, 1, 2].map((at) => `sip.peers.0.addresses.${at}: expected an address or CIDR block`),
    ],
  ])('%s', (_what, change, expected) => {
    expect(faultsOf(change)).toEqual(expected);
  });
});
