import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Certificate, parseCertificate } from '@oobleck/stir/certificate';
import { signCompactJws } from '@oobleck/stir/jws';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createNodeCrypto } from '../crypto/index.ts';
import { type CertificateIssuer, createCertificateIssuer } from '../lab/certificate-issuer.ts';
import { createKeptText } from '../store/file/kept-text.ts';
import { createAnchorList, type KeptText } from './anchor-list.ts';

const NOW = Date.UTC(2026, 0, 1) / 1000;
const crypto = createNodeCrypto();

let administrator: CertificateIssuer;
let roots: Uint8Array[];
beforeAll(async () => {
  const make = (name: string) =>
    createCertificateIssuer({
      name: [{ CN: [name] }],
      notBefore: new Date((NOW - 86_400) * 1000),
      notAfter: new Date((NOW + 86_400) * 1000),
      pathLength: 1,
      extensions: [],
    });
  administrator = await make('STI-PA');
  roots = [(await make('One')).certificate, (await make('Two')).certificate];
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'anchors-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const text = (sequence: number, count = 1, more: object = {}) =>
  signCompactJws(
    '{"alg":"ES256"}',
    JSON.stringify({
      sequence,
      trustList: roots.slice(0, count).map((der) => Buffer.from(der).toString('base64')),
      ...more,
    }),
    crypto.importSigningKey(administrator.privateKeyPkcs8),
  );
const open = (
  signers?: readonly Certificate[],
  kept: KeptText = createKeptText(join(folder, 'list.jws')),
  now = NOW,
) =>
  createAnchorList({
    crypto,
    now: () => now,
    signers: () => signers ?? [parseCertificate(administrator.certificate)],
    kept,
  });

describe('the list of trusted authorities as a source of anchors', () => {
  it('has none before the first list, and those of the newest after', () => {
    const list = open();
    expect(list.anchors()).toEqual([]);
    expect(list.offer(text(7))).toBeUndefined();
    expect(list.anchors()).toHaveLength(1);
    expect(list.offer(text(8, 2))).toBeUndefined();
    expect(list.anchors()).toHaveLength(2);
  });

  it('refuses a roll-back, across restarts and without network', () => {
    open().offer(text(8, 2));
    const restarted = open();
    expect(restarted.anchors()).toHaveLength(2);
    expect(restarted.offer(text(7))).toBe('roll-back');
    expect(restarted.anchors()).toHaveLength(2);
  });

  it('takes the answer of the interface of STI-PA, and gives the same array for the same list', () => {
    const list = open();
    expect(list.offer(JSON.stringify({ status: 'success', caList: text(7) }))).toBeUndefined();
    const anchors = list.anchors();
    expect(list.offer(text(7))).toBeUndefined();
    expect(list.anchors()).toBe(anchors);
    expect(open().anchors()).toHaveLength(1);
  });

  it.each([
    ['malformed', () => 'no list'],
    ['malformed', () => '{"status":"error"}'],
    ['bad-signature', () => text(9).replace(/.{8}$/, 'AAAAAAAA')],
    ['expired', () => text(9, 1, { exp: NOW })],
  ])('leaves what there was: %s', (reason, make) => {
    const list = open();
    list.offer(text(8, 2));
    const before = readFileSync(join(folder, 'list.jws'), 'utf8');
    expect(list.offer(make())).toBe(reason);
    expect(list.anchors()).toHaveLength(2);
    expect(readFileSync(join(folder, 'list.jws'), 'utf8')).toBe(before);
  });

  it('starts from a kept list that has expired since, and not from one that STI-PA did not sign', () => {
    open().offer(text(8, 2, { exp: NOW + 10 }));
    const kept = createKeptText(join(folder, 'list.jws'));
    expect(open(undefined, kept, NOW + 11).anchors()).toHaveLength(2);
    const stranger = open([parseCertificate(roots[0]!)]);
    expect(stranger.anchors()).toEqual([]);
  });

  it('keeps nothing but the list itself', () => {
    open().offer(text(8));
    expect(readdirSync(folder)).toEqual(['list.jws']);
  });

  it('takes no list that could not be kept', () => {
    const list = open(undefined, {
      read: () => undefined,
      write() {
        throw new Error('disk full');
      },
    });
    expect(() => list.offer(text(8))).toThrow('disk full');
    expect(list.anchors()).toEqual([]);
  });
});
