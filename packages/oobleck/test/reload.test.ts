// Certificates, keys and anchors change while a process runs: what is renewed on disk is used for the next call, and a
// faulty file leaves what there was.

import { createPrivateKey, randomUUID } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { parseCertificate, verifyingKeyOf } from '@oobleck/stir/certificate';
import { parseTelephoneNumber, parseTnEntry } from '@oobleck/stir/number';
import { parsePassport } from '@oobleck/stir/passport';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createNodeCrypto } from '../src/crypto/index.ts';
import { type Lab, writeLab } from '../src/lab/index.ts';
import { createLabAuthority, type LabAuthority } from '../src/lab/pki.ts';
import { createTlsAuthority } from '../src/lab/tls-authority.ts';
import { createEventLog } from '../src/operate/index.ts';
import { type RunningNode, startNode } from '../src/wiring/index.ts';

const crypto = createNodeCrypto();
let folder: string;
let lab: Lab;
let node: RunningNode;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'oobleck-reload-'));
  lab = await writeLab(folder, Date.now());
  node = await startNode(lab.alpha.calls, folder, { log: createEventLog({ level: 'silent' }) });
});

afterAll(async () => {
  await node?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function writeAlpha(authority: LabAuthority) {
  const leaf = await authority.issueLeaf({
    entries: [parseTnEntry('0-1234')],
    commonName: 'SHAKEN 1234',
    organization: 'Renewed',
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 3_600_000),
  });
  const key = createPrivateKey({ key: Buffer.from(leaf.privateKeyPkcs8), format: 'der', type: 'pkcs8' });
  writeFileSync(join(folder, 'alpha.pem'), leaf.pem);
  writeFileSync(join(folder, 'alpha.key'), key.export({ format: 'pem', type: 'pkcs8' }));
  return parseCertificate(leaf.chain[0]!);
}

async function isSignedBy(certificate: ReturnType<typeof parseCertificate>): Promise<boolean> {
  const outcome = await node.calling!.service.authenticate({
    tenant: 'alpha',
    callId: randomUUID(),
    originator: parseTelephoneNumber('12025550101'),
    destinations: [parseTelephoneNumber('19995550101')],
    placedAt: Math.floor(Date.now() / 1000),
    shaken: { attestation: 'A', originationId: randomUUID() },
  });
  if (!outcome.signed) throw new Error(outcome.reason);
  const { signingInput, signature } = parsePassport(outcome.passport);
  return verifyingKeyOf(certificate, crypto)!.verify(signingInput, signature);
}

it('a renewed key and chain sign the next call; a key that does not fit leaves the old ones', async () => {
  const renewed = await writeAlpha(lab.authority);
  expect(await isSignedBy(renewed)).toBe(false);
  node.reload();
  expect(await isSignedBy(renewed)).toBe(true);

  writeFileSync(join(folder, 'alpha.key'), readFileSync(join(folder, 'bravo.key')));
  expect(() => node.reload()).toThrow('authentication.tenants.0.keyFile');
  expect(await isSignedBy(renewed)).toBe(true);
});

it('anchors change without a restart, and a file that is none leaves them', async () => {
  const { anchors, live } = node.environment;
  const before = anchors();
  const other = await createLabAuthority({ nowMs: Date.now(), subject: 'Another' });
  writeFileSync(join(folder, 'anchors.pem'), `${lab.authority.rootPem}${other.rootPem}`);
  live.poll();
  expect([before.length, anchors().length]).toEqual([1, 2]);
  writeFileSync(join(folder, 'anchors.pem'), 'no anchors at all');
  live.poll();
  expect(anchors()).toHaveLength(2);
});

/** A connection that stays. */
function connectTo(origin: string): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect(
      { host: '127.0.0.1', port: Number(new URL(origin).port), rejectUnauthorized: false },
      () => resolve(socket),
    );
    socket.once('error', reject);
  });
}

function servedAt(origin: string): Promise<string> {
  const { port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: Number(port), rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

it('the REST interface takes a renewed TLS certificate, and leaves what there was where the key does not fit', async () => {
  const old = lab.alpha.services.listen!.tls;
  const renewed = await (await createTlsAuthority({ nowMs: Date.now() })).issueServer();
  writeFileSync(join(folder, 'anchors.pem'), lab.authority.rootPem);
  const [certificateFile, keyFile] = ['rest.pem', 'rest.key'];
  const copy = (from: string, to: string): void => copyFileSync(join(folder, from), join(folder, to));
  await writeAlpha(lab.authority);
  copy(old.certificateFile, certificateFile);
  copy(old.keyFile, keyFile);
  const rest = { ...lab.alpha.calls.rest!, port: 0, tls: { certificateFile, keyFile } };
  const log = createEventLog({ level: 'silent' });
  const served = await startNode({ ...lab.alpha.calls, rest }, folder, { log });
  try {
    const before = await servedAt(served.restOrigin!);
    writeFileSync(join(folder, certificateFile), renewed.certificate);
    expect(() => served.reload()).toThrow('rest.tls');
    expect(await servedAt(served.restOrigin!)).toBe(before);
    writeFileSync(join(folder, keyFile), renewed.key);
    served.reload();
    expect(await servedAt(served.restOrigin!)).not.toBe(before);
  } finally {
    await served.close();
  }
});

it('the public port takes a renewed TLS certificate by itself, and keeps what there was where the key does not fit', async () => {
  const renewed = await (await createTlsAuthority({ nowMs: Date.now() })).issueServer();
  const [certificateFile, keyFile] = ['public.pem', 'public.key'];
  const { services } = lab.bravo;
  const old = services.listen!.tls;
  copyFileSync(join(folder, old.certificateFile), join(folder, certificateFile));
  copyFileSync(join(folder, old.keyFile), join(folder, keyFile));
  const listen = { ...services.listen!, tls: { certificateFile, keyFile } };
  writeFileSync(join(folder, 'anchors.pem'), lab.authority.rootPem);
  const log = createEventLog({ level: 'silent' });
  const served = await startNode({ ...services, listen }, folder, { log });
  try {
    const open = await connectTo(served.publicOrigin!);
    const before = await servedAt(served.publicOrigin!);
    writeFileSync(join(folder, certificateFile), renewed.certificate);
    expect(() => served.reload()).toThrow('listen.tls');
    expect(await servedAt(served.publicOrigin!)).toBe(before);
    // Whoever renews certificates sends no signal: the files are looked at.
    writeFileSync(join(folder, keyFile), renewed.key);
    await expect.poll(() => servedAt(served.publicOrigin!), { timeout: 20_000 }).not.toBe(before);
    expect(open.destroyed).toBe(false);
    open.destroy();
  } finally {
    await served.close();
  }
}, 40_000);

it('the metrics port takes a renewed TLS certificate, and leaves what there was where the key does not fit', async () => {
  const [first, renewed, readers] = await Promise.all(
    Array.from({ length: 3 }, () => createTlsAuthority({ nowMs: Date.now() })),
  );
  const write = ({ certificate, key }: { certificate?: string; key?: string }): void => {
    if (certificate !== undefined) writeFileSync(join(folder, 'metrics.pem'), certificate);
    if (key !== undefined) writeFileSync(join(folder, 'metrics.key'), key);
  };
  write(await first!.issueServer());
  writeFileSync(join(folder, 'readers.pem'), readers!.ca);
  writeFileSync(join(folder, 'anchors.pem'), lab.authority.rootPem);
  const tls = { certificateFile: 'metrics.pem', keyFile: 'metrics.key', clientCaFile: 'readers.pem' };
  const log = createEventLog({ level: 'silent' });
  const { trust, listen, directory } = lab.bravo.services;
  const served = await startNode(
    { trust, listen: listen!, directory: directory!, metrics: { port: 0, tls } },
    folder,
    { log },
  );
  try {
    const before = await servedAt(served.metricsOrigin!);
    const { certificate, key } = await renewed!.issueServer();
    write({ certificate });
    expect(() => served.reload()).toThrow('metrics.tls');
    expect(await servedAt(served.metricsOrigin!)).toBe(before);
    write({ key });
    served.reload();
    expect(await servedAt(served.metricsOrigin!)).not.toBe(before);
  } finally {
    await served.close();
  }
});
