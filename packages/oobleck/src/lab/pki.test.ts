import { execFileSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseCertificate, parsePem, validatePath } from '@oobleck/stir/certificate';
import { parseTnEntry } from '@oobleck/stir/number';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNodeCrypto } from '../crypto/index.ts';
import { createLabAuthority, createTlsAuthority, type LabAuthority, type LabLeaf } from './pki.ts';

const nowMs = Date.now();
const DAY_MS = 86_400_000;
const ENTRIES = ['0-1234', '1-12155000000-256000', '2-12155551212'].map(parseTnEntry);

let folder: string;
let authority: LabAuthority;
let leaf: LabLeaf;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pki-'));
  authority = await createLabAuthority({ nowMs });
  leaf = await authority.issueLeaf({
    entries: ENTRIES,
    commonName: 'SHAKEN 1234',
    organization: 'Carrier A',
    notBefore: new Date(nowMs - DAY_MS),
    notAfter: new Date(nowMs + DAY_MS),
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

function verify(rootPem: string, pem: string): string {
  const [root, chain] = [write('root.pem', rootPem), write('chain.pem', pem)];
  const command = ['verify', '-x509_strict', '-ignore_critical', '-CAfile', root, '-untrusted', chain, chain];
  return execFileSync('openssl', command, { encoding: 'utf8', stdio: 'pipe' });
}

describe('STI authority of the lab', () => {
  it('issues chains that openssl accepts, and no other root', async () => {
    expect(verify(authority.rootPem, leaf.pem)).toMatch(/: OK\n$/);
    const stranger = await createLabAuthority({ nowMs });
    expect(() => verify(stranger.rootPem, leaf.pem)).toThrow();
  });

  it('issues chains that the protocol accepts, while they are in force', () => {
    const crypto = createNodeCrypto();
    const chain = parsePem(leaf.pem).map(parseCertificate);
    const anchors = parsePem(authority.rootPem).map(parseCertificate);
    const at = (offsetMs: number) => validatePath({ chain, anchors, at: (nowMs + offsetMs) / 1000, crypto });
    expect(at(0)).toMatchObject({ valid: true });
    expect(at(2 * DAY_MS)).toEqual({ valid: false, reason: 'expired' });
    expect(chain[0]!.tnAuthList).toEqual(ENTRIES);
    expect(chain.map(({ der }) => Buffer.from(der))).toEqual(leaf.chain.map((der) => Buffer.from(der)));
  });

  it('follows the SHAKEN certificate profile', () => {
    const path = write('leaf.pem', leaf.pem);
    const text = execFileSync('openssl', ['x509', '-in', path, '-noout', '-text'], { encoding: 'utf8' });
    expect(text).toMatch(/Subject: C ?= ?US, O ?= ?Carrier A, CN ?= ?SHAKEN 1234/);
    expect(text).toMatch(/Basic Constraints: critical\s+CA:FALSE/);
    expect(text).toMatch(/Key Usage: critical\s+Digital Signature\n/);
    expect(text).toContain('Policy: 2.16.840.1.114569.1.1.1');
    expect(text).toContain('ecdsa-with-SHA256');
    for (const der of [authority.root, authority.intermediate])
      expect(new X509Certificate(der).ca).toBe(true);
    expect(new X509Certificate(authority.root).subject).toMatch(/CN=.* ROOT$/);
  });

  it('gives the private key of the leaf', () => {
    const key = createPrivateKey({ key: Buffer.from(leaf.privateKeyPkcs8), format: 'der', type: 'pkcs8' });
    expect(new X509Certificate(leaf.chain[0]!).checkPrivateKey(key)).toBe(true);
  });
});

describe('TLS authority of the lab', () => {
  it('names the hosts asked for', async () => {
    const tls = await createTlsAuthority({ nowMs });
    const local = new X509Certificate((await tls.issueServer()).certificate);
    for (const address of ['127.0.0.1', '::1']) expect(local.checkIP(address)).toBeDefined();
    expect(local.checkHost('localhost')).toBe('localhost');
    const named = new X509Certificate((await tls.issueServer(['cps.example.net'])).certificate);
    expect(named.checkHost('cps.example.net')).toBe('cps.example.net');
    expect(named.checkHost('localhost')).toBeUndefined();
    expect(verify(tls.ca, (await tls.issueClient('a trunk')).certificate)).toMatch(/: OK\n$/);
  });
});
