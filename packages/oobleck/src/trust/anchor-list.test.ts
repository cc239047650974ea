import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseCaList } from '@oobleck/stir/anchor';
import { type Certificate, parseCertificate } from '@oobleck/stir/certificate';
import { signCompactJws } from '@oobleck/stir/jws';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createNodeCrypto } from '../crypto/index.ts';
import { type CertificateIssuer, createCertificateIssuer } from '../lab/certificate-issuer.ts';
import { createTrustFolder } from '../store/file/trust-folder.ts';
import { createAnchorList, type KeptLists } from './anchor-list.ts';
import { parseAnchors } from './parse-chain.ts';

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
const open = (signers?: readonly Certificate[], kept: KeptLists = createTrustFolder(folder), now = NOW) =>
  createAnchorList({
    crypto,
    now: () => now,
    signers: () => signers ?? [parseCertificate(administrator.certificate)],
    kept,
  });

const contentOf = (path: string) =>
  readdirSync(path).map((name) => [name, readFileSync(join(path, name), 'utf8')]);

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
    const before = contentOf(folder);
    expect(list.offer(make())).toBe(reason);
    expect(list.anchors()).toHaveLength(2);
    expect(contentOf(folder)).toEqual(before);
  });

  it('starts from a kept list that has expired since, and not from one that STI-PA did not sign', () => {
    open().offer(text(8, 2, { exp: NOW + 10 }));
    const kept = createTrustFolder(folder);
    expect(open(undefined, kept, NOW + 11).anchors()).toHaveLength(2);
    const stranger = open([parseCertificate(roots[0]!)]);
    expect(stranger.anchors()).toEqual([]);
  });

  it('keeps the newest list alone, with its anchors and what it is', () => {
    const list = open();
    for (const sequence of [8, 9, 12]) list.offer(text(sequence));
    expect(readdirSync(folder).sort()).toEqual(['anchors.pem', 'ca-list-0000000000000012.jws', 'trust.json']);
    expect(parseAnchors(readFileSync(join(folder, 'anchors.pem'), 'utf8'))).toHaveLength(1);
  });

  it('is one record for all who keep lists there: none rolls back what another took', () => {
    const [one, other] = [open(), open()];
    expect(one.offer(text(8, 2))).toBeUndefined();
    expect(other.anchors()).toEqual([]);
    expect(other.offer(text(7))).toBe('roll-back');
    other.reload();
    expect(other.anchors()).toHaveLength(2);
    expect(other.offer(text(9))).toBeUndefined();
    expect(one.offer(text(8, 2))).toBe('roll-back');
    one.reload();
    expect(one.anchors()).toHaveLength(1);
  });

  it('never goes back, whoever writes last: a list that was on its way when a newer one was kept', () => {
    const [slow, quick] = [createTrustFolder(folder), createTrustFolder(folder)];
    // Its list was judged before the other's was kept, and is written after.
    const keep: KeptLists['keep'] = (list, bare) => {
      quick.keep(parseCaList(text(10, 2)), text(10, 2));
      slow.keep(list, bare);
    };
    const late = open(undefined, { ...slow, keep });
    expect(late.offer(text(9))).toBeUndefined();
    expect(late.anchors()).toHaveLength(2);
    expect([slow.highestSequence(), quick.highestSequence()]).toEqual([10, 10]);
    expect(open().anchors()).toHaveLength(2);
    expect(parseAnchors(readFileSync(join(folder, 'anchors.pem'), 'utf8'))).toHaveLength(2);
    expect(open().offer(text(9))).toBe('roll-back');
  });

  it('leaves the anchors that a person imported, until that person imports a list', () => {
    const state = createTrustFolder(folder);
    const trusted = roots.map(parseCertificate);
    state.publishAnchors(trusted);
    expect(open().offer(text(8))).toBeUndefined();
    expect(parseAnchors(readFileSync(state.anchorsFile, 'utf8'))).toHaveLength(2);
    state.publishList();
    expect(parseAnchors(readFileSync(state.anchorsFile, 'utf8'))).toHaveLength(1);
  });

  it('takes nothing from a file under a number that is not its own', () => {
    open().offer(text(8));
    writeFileSync(join(folder, 'ca-list-0000000000000020.jws'), text(8));
    const list = open();
    expect(list.anchors()).toEqual([]);
    expect(list.offer(text(19, 2))).toBe('roll-back');
    expect(list.offer(text(20, 2))).toBeUndefined();
    expect(list.anchors()).toHaveLength(2);
  });

  it('takes no list that could not be kept', () => {
    const list = open(undefined, {
      highestSequence: () => 0,
      newest: () => undefined,
      keep() {
        throw new Error('disk full');
      },
    });
    expect(() => list.offer(text(8))).toThrow('disk full');
    expect(list.anchors()).toEqual([]);
  });
});
