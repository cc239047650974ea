// What the trust service does behind the back of calls: refreshing, lists by reference, chains that are there beforehand,
// revocation.

import {
  type Certificate,
  encodeTnAuthList,
  formatPem,
  type PathVerdict,
  parseCertificate,
} from '@oobleck/stir/certificate';
import { encodeDer, encodeDerOid, TAG } from '@oobleck/stir/der';
import { parseTnEntry } from '@oobleck/stir/number';
import { beforeAll, describe, expect, it } from 'vitest';
import { createCrl } from '../../../stir/test/crl.ts';
import { createNodeCrypto } from '../crypto/index.ts';
import { type CertificateIssuer, createCertificateIssuer } from '../lab/certificate-issuer.ts';
import { Extension, type JsonName } from '../lab/x509.ts';
import type { FetchedChain } from './parts.ts';
import { parsePreloadedChain } from './preload.ts';
import { createRevocations } from './revocations.ts';
import { createTrust, type TrustOptions } from './trust.ts';

const NOW_MS = Date.UTC(2026, 0, 1);
const AT = NOW_MS / 1000;
const DAY_MS = 86_400_000;
const ORIGIN = 'https://cr.example.net';
const CHAIN = `${ORIGIN}/a.pem`;
const LIST = `${ORIGIN}/list`;
const CRL = 'https://crl.example.net/v1/crl';
const crypto = createNodeCrypto();

const named = (commonName: string, extensions: Extension[] = [], days = 30) => ({
  name: [{ C: ['US'] }, { CN: [commonName] }] as JsonName,
  notBefore: new Date(NOW_MS - DAY_MS),
  notAfter: new Date(NOW_MS + days * DAY_MS),
  extensions,
});
const list = (...entries: string[]) =>
  new Extension('1.3.6.1.5.5.7.1.26', false, encodeTnAuthList(entries.map(parseTnEntry)));
const reference = (url: string) => {
  const described = encodeDer(
    TAG.sequence,
    encodeDerOid('1.3.6.1.5.5.7.48.14'),
    encodeDer(0x86, Buffer.from(url)),
  );
  return new Extension('1.3.6.1.5.5.7.1.1', false, encodeDer(TAG.sequence, described));
};

let root: CertificateIssuer;
let anchor: Certificate;
let authority: CertificateIssuer;
beforeAll(async () => {
  root = await createCertificateIssuer({ ...named('Root'), pathLength: 1 });
  anchor = parseCertificate(root.certificate);
  authority = await root.issueAuthority({ ...named('CA'), pathLength: 0 });
});

async function issueChain(extensions: Extension[] = [list('0-1234')], days?: number) {
  const leaf = await authority.issue(named('SHAKEN 1234', extensions, days));
  return [leaf.certificate, authority.certificate];
}

type Answer = Uint8Array | string | Promise<never>;

/** A trust service over answers by URL, which may be changed, and a clock set by hand. */
function scripted(answers: Record<string, Answer>, options: TrustOptions = {}, more: object = {}) {
  const clock = { nowMs: NOW_MS };
  const fetched: string[] = [];
  const fetchChain = async (url: string): Promise<FetchedChain> => {
    fetched.push(url);
    const body = await answers[url];
    if (body === undefined) throw new Error('nobody there');
    return { status: 200, body: Buffer.from(body), cacheControl: 'max-age=600' };
  };
  const trust = createTrust(
    { crypto, anchors: [anchor], now: () => clock.nowMs, fetchChain, ...more },
    { repositories: [ORIGIN], ...options },
  );
  const ask = async (url: string, signalDeadlineMs = 1000) => {
    const found = await trust.chainFor(url, { channel: 'out-of-band', signalDeadlineMs });
    if ('unavailable' in found) return found.unavailable;
    return said(trust.validated(found.chain, Math.floor(clock.nowMs / 1000)));
  };
  return { trust, ask, clock, fetched, answers };
}

function said(verdict: PathVerdict): string {
  return verdict.valid ? 'valid' : verdict.reason;
}

/** Lets everything that waits for nothing but promises come to its end. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('refreshing', () => {
  it('fetches a chain in use before it expires, so that no call waits', async () => {
    const { trust, ask, clock, fetched } = scripted({ [CHAIN]: formatPem(await issueChain()) });
    await ask(CHAIN);
    expect(await ask(CHAIN)).toBe('valid');
    clock.nowMs += 479_000;
    await trust.refresh();
    expect(fetched).toHaveLength(1);
    clock.nowMs += 1_000;
    await trust.refresh();
    expect(fetched).toHaveLength(2);
    clock.nowMs += 300_000;
    expect(await ask(CHAIN, 0)).toBe('valid');
    expect(fetched).toHaveLength(2);
  });

  it('leaves a chain alone that nobody asked for since', async () => {
    const { trust, ask, clock, fetched } = scripted({ [CHAIN]: formatPem(await issueChain()) });
    await ask(CHAIN);
    clock.nowMs += 590_000;
    await trust.refresh();
    expect(fetched).toHaveLength(1);
  });

  it('keeps the old chain where the repository has died, tries again, and not at once', async () => {
    const { trust, ask, clock, fetched, answers } = scripted({ [CHAIN]: formatPem(await issueChain()) });
    await ask(CHAIN);
    await ask(CHAIN);
    delete answers[CHAIN];
    clock.nowMs += 500_000;
    await trust.refresh();
    await trust.refresh();
    expect(fetched).toHaveLength(2);
    expect(await ask(CHAIN)).toBe('valid');
    clock.nowMs += 30_000;
    await trust.refresh();
    expect(fetched).toHaveLength(3);
  });

  it('never contacts an unlisted repository in the background', async () => {
    const url = 'https://other.example.net/a.pem';
    const { trust, clock, fetched } = scripted({ [url]: formatPem(await issueChain()) });
    const question = { channel: 'in-band', signalDeadlineMs: 1000 } as const;
    await trust.chainFor(url, question);
    await trust.chainFor(url, question);
    clock.nowMs += 599_000;
    await trust.refresh();
    expect(fetched).toHaveLength(1);
  });
});

describe('a dead repository', () => {
  it('never holds a call beyond the deadline, however many wait', async () => {
    const { ask, fetched } = scripted({ [CHAIN]: new Promise<never>(() => {}) });
    const started = performance.now();
    const results = await Promise.all(Array.from({ length: 100 }, () => ask(CHAIN, 20)));
    expect(new Set(results)).toEqual(new Set(['deadline']));
    expect(performance.now() - started).toBeLessThan(500);
    expect(fetched).toHaveLength(1);
  });

  it('does not hold a call whose chain is known, even when it is fetched anew', async () => {
    const { trust, ask, clock, answers } = scripted({ [CHAIN]: formatPem(await issueChain()) });
    await ask(CHAIN);
    await ask(CHAIN);
    answers[CHAIN] = new Promise<never>(() => {});
    clock.nowMs += 500_000;
    void trust.refresh();
    expect(await ask(CHAIN, 0)).toBe('valid');
  });
});

describe('chains that are there beforehand', () => {
  const text = (chain: readonly Uint8Array[], head = `# ${CHAIN}`) => `${head}\n${formatPem(chain)}`;

  it('serve without a fetch, and are fetched in the background once in use', async () => {
    const { url, chain } = parsePreloadedChain(text(await issueChain()))!;
    const { trust, ask, fetched } = scripted({}, { preloaded: new Map([[url, chain]]) });
    await trust.refresh();
    expect(fetched).toEqual([]);
    expect(await ask(CHAIN, 0)).toBe('valid');
    await trust.refresh();
    expect(fetched).toEqual([CHAIN]);
    expect(await ask(CHAIN, 0)).toBe('valid');
  });

  it('end with their leaf', async () => {
    const { url, chain } = parsePreloadedChain(text(await issueChain([list('0-1234')], 1)))!;
    const { ask, clock } = scripted({}, { preloaded: new Map([[url, chain]]) });
    clock.nowMs += DAY_MS + 1000;
    expect(await ask(CHAIN)).toBe('fetch-failed');
  });

  it('are not taken without a URL, with two, with one that no x5u may be, or without a chain', async () => {
    const chain = await issueChain();
    for (const head of [
      '',
      '# about',
      `# ${CHAIN}\n# ${CHAIN}`,
      '# http://a.example/a',
      '# https://u@a.example/',
    ])
      expect(parsePreloadedChain(text(chain, head))).toBeUndefined();
    expect(parsePreloadedChain(`# ${CHAIN}\n`)).toBeUndefined();
    expect(parsePreloadedChain(text(chain, `Carrier A\r\n# ${CHAIN} `))?.url).toBe(CHAIN);
  });
});

describe('TNAuthLists by reference (RFC 8226 Section 10.1)', () => {
  const listed = encodeTnAuthList([parseTnEntry('1-12155550000-1000')]);

  it('C-03: are fetched with the chain from a listed host and count as by value', async () => {
    const chain = await issueChain([reference(LIST)]);
    const { trust, ask, fetched } = scripted({ [CHAIN]: formatPem(chain), [LIST]: listed });
    expect(await ask(CHAIN)).toBe('valid');
    expect(fetched).toEqual([CHAIN, LIST]);
    const found = await trust.chainFor(CHAIN, { channel: 'out-of-band', signalDeadlineMs: 0 });
    expect('chain' in found && found.chain[0]!.tnAuthList).toEqual([parseTnEntry('1-12155550000-1000')]);
  });

  it.each([
    ['an unlisted host', 'https://other.example.net/list'],
    ['a port that no x5u may have', 'https://cr.example.net:8444/list'],
    ['a URL with a query', `${LIST}?a`],
  ])('C-03: are not fetched from %s', async (_, url) => {
    const chain = await issueChain([reference(url)]);
    const { ask, fetched } = scripted({ [CHAIN]: formatPem(chain), [url]: listed });
    expect(await ask(CHAIN)).toBe('tn-list-unavailable');
    expect(fetched).toEqual([CHAIN]);
  });

  it('C-03: http is refused with the certificate, before anybody is contacted', async () => {
    const chain = await issueChain([reference('http://cr.example.net/list')]);
    const { ask, fetched } = scripted({ [CHAIN]: formatPem(chain) });
    expect(await ask(CHAIN)).toBe('bad-body');
    expect(fetched).toEqual([CHAIN]);
  });

  it('C-03: a list that is missing or malformed is tried again after a failure’s time', async () => {
    const chain = await issueChain([reference(LIST)]);
    const { ask, clock, answers } = scripted({ [CHAIN]: formatPem(chain), [LIST]: Buffer.of(0x30, 0) });
    expect(await ask(CHAIN)).toBe('tn-list-unavailable');
    answers[LIST] = listed;
    expect(await ask(CHAIN)).toBe('tn-list-unavailable');
    clock.nowMs += 30_001;
    expect(await ask(CHAIN)).toBe('valid');
  });

  it('C-03: of a chain that was carried are fetched behind the call; the next one finds them', async () => {
    const ders = await issueChain([reference(LIST)]);
    const { trust, fetched } = scripted({ [LIST]: listed });
    const judge = () => {
      const found = trust.chainOf(ders);
      return 'chain' in found ? said(trust.validated(found.chain, AT)) : found.unavailable;
    };
    expect(judge()).toBe('tn-list-unavailable');
    await settled();
    expect(judge()).toBe('valid');
    expect(fetched).toEqual([LIST]);
  });
});

describe('revocation', () => {
  const issuer = () => anchor;
  const signed = (serials: readonly Uint8Array[], thisUpdate = AT, nextUpdate = AT + 3600) =>
    createCrl(crypto.importSigningKey(root.privateKeyPkcs8), {
      issuer: issuer().subject,
      thisUpdate,
      nextUpdate,
      entries: serials.map((serialNumber) => ({
        serialNumber,
        issuer: parseCertificate(authority.certificate).subject,
      })),
    });

  function revocationsOver(answers: Record<string, Uint8Array | undefined>, clock = { nowMs: NOW_MS }) {
    const stale: string[] = [];
    const revocations = createRevocations(
      {
        crypto,
        now: () => clock.nowMs,
        fetch: async (url) => {
          const body = answers[url];
          if (body === undefined) throw new Error('nobody there');
          return { status: 200, body };
        },
        onStale: (host) => void stale.push(host),
      },
      [{ url: CRL, issuers: [anchor] }],
    );
    return { revocations, stale, clock };
  }

  it('a certificate that is listed is revoked as soon as the list is there, remembered verdicts included', async () => {
    const ders = await issueChain();
    const { serialNumber } = parseCertificate(ders[0]!);
    const answers: Record<string, Uint8Array | undefined> = { [CRL]: signed([]) };
    const { revocations, stale } = revocationsOver(answers);
    const { trust } = scripted({}, {}, { revocations });
    const found = trust.chainOf(ders);
    const judge = () => ('chain' in found ? said(trust.validated(found.chain, AT)) : found.unavailable);
    expect(judge()).toBe('valid');
    expect(await revocations.refresh()).toBe(true);
    expect(judge()).toBe('valid');
    answers[CRL] = signed([serialNumber]);
    expect(await revocations.refresh()).toBe(true);
    expect(judge()).toBe('revoked');
    expect(stale).toEqual([]);
  });

  it('a list that is missing is reported, and calls go on', async () => {
    const { revocations, stale } = revocationsOver({});
    expect(await revocations.refresh()).toBe(false);
    expect(stale).toEqual(['crl.example.net']);
    expect(revocations.isRevoked(anchor)).toBe(false);
  });

  it('a list out of date is reported; what it revoked stays revoked', async () => {
    const leaf = parseCertificate((await issueChain())[0]!);
    const answers: Record<string, Uint8Array | undefined> = { [CRL]: signed([leaf.serialNumber]) };
    const { revocations, stale, clock } = revocationsOver(answers);
    await revocations.refresh();
    clock.nowMs += 3601_000;
    expect(await revocations.refresh()).toBe(false);
    expect(stale).toEqual(['crl.example.net']);
    expect(revocations.isRevoked(leaf)).toBe(true);
  });

  it.each<[string, () => Uint8Array]>([
    ['older than the one in use', () => signed([], AT - 10)],
    ['that is none', () => Buffer.from('<html>')],
    [
      'signed by somebody else',
      () =>
        createCrl(crypto.generateSigningKey(), {
          issuer: anchor.subject,
          thisUpdate: AT,
          nextUpdate: AT + 3600,
          entries: [],
        }),
    ],
  ])('a list %s changes nothing', async (_, make) => {
    const leaf = parseCertificate((await issueChain())[0]!);
    const answers: Record<string, Uint8Array | undefined> = { [CRL]: signed([leaf.serialNumber]) };
    const { revocations } = revocationsOver(answers);
    await revocations.refresh();
    answers[CRL] = make();
    await revocations.refresh();
    expect(revocations.isRevoked(leaf)).toBe(true);
  });
});

describe('anchors of the moment', () => {
  it('count at once, in both directions', async () => {
    let anchors: readonly Certificate[] = [anchor];
    const { trust } = scripted({}, {}, { anchors: () => anchors });
    const found = trust.chainOf(await issueChain());
    const judge = () => ('chain' in found ? said(trust.validated(found.chain, AT)) : found.unavailable);
    expect(judge()).toBe('valid');
    anchors = [];
    expect(judge()).toBe('untrusted');
    anchors = [anchor];
    expect(judge()).toBe('valid');
  });
});
