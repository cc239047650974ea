import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { parseTnEntry } from '@oobleck/stir/number';
import { beforeAll, describe, expect, it } from 'vitest';
import { createNodeCrypto } from '../crypto/index.ts';
import { createChainFetcher } from '../http/chain-fetcher.ts';
import { createSafeClient } from '../http/safe-client.ts';
import { createLabAuthority, createTlsAuthority, type LabAuthority, type LabLeaf } from '../lab/pki.ts';
import { freshnessSeconds } from './freshness.ts';
import { parseAnchors } from './parse-chain.ts';
import type { FetchedChain } from './parts.ts';
import { createTrust, type Trust, type TrustOptions } from './trust.ts';
import { parseX5u } from './x5u.ts';

const START_MS = Date.UTC(2026, 0, 1);
const DAY_MS = 86_400_000;
const LISTED = 'https://cr.example.net/a.pem';
const UNLISTED = 'https://other.example.net/a.pem';

let authority: LabAuthority;
let leaf: LabLeaf;
let shortLeaf: LabLeaf;

beforeAll(async () => {
  authority = await createLabAuthority({ nowMs: START_MS });
  const request = {
    entries: [parseTnEntry('0-1234')],
    commonName: 'SHAKEN 1234',
    organization: 'Carrier A',
    notBefore: new Date(START_MS - DAY_MS),
  };
  leaf = await authority.issueLeaf({ ...request, notAfter: new Date(START_MS + DAY_MS) });
  shortLeaf = await authority.issueLeaf({ ...request, notAfter: new Date(START_MS + 600_000) });
});

const ok = (pem: string, cacheControl?: string): FetchedChain => ({
  status: 200,
  body: Buffer.from(pem),
  cacheControl,
});

/** A trust service over a scripted port, a counting crypto and a clock that is set by hand. */
function scripted(answer: (url: string) => Promise<FetchedChain> | FetchedChain, options: TrustOptions = {}) {
  const clock = { nowMs: START_MS };
  const fetched: string[] = [];
  const crypto = createNodeCrypto();
  let keys = 0;
  const trust = createTrust(
    {
      crypto: {
        ...crypto,
        importVerifyingKey(spki) {
          const key = crypto.importVerifyingKey(spki);
          return { ...key, verify: (data, signature) => key.verify(data, signature) && ++keys > 0 };
        },
      },
      anchors: parseAnchors(authority.rootPem),
      now: () => clock.nowMs,
      fetchChain: async (url) => {
        fetched.push(url);
        return answer(url);
      },
    },
    { repositories: ['https://cr.example.net'], ...options },
  );
  const ask = (url: string, channel: 'in-band' | 'out-of-band' = 'out-of-band', signalDeadlineMs = 1000) =>
    trust.chainFor(url, { channel, signalDeadlineMs });
  return { trust, ask, clock, fetched, signatureChecks: () => keys };
}

describe('certificate URLs', () => {
  it.each([
    'https://cr.example.net/a.pem',
    'https://cr.example.net:8443/a/b.pem',
    'HTTPS://CR.example.net:443/a@b',
    'https://cr.example.net',
  ])('takes %s', (url) => {
    expect(parseX5u(url)).toBeDefined();
  });

  it.each([
    'http://cr.example.net/a.pem',
    'https://cr.example.net:8444/a.pem',
    'https://user@cr.example.net/a.pem',
    'https://@cr.example.net/a.pem',
    'https://cr.example.net/a.pem?b',
    'https://cr.example.net/a.pem?',
    'https://cr.example.net/a.pem#',
    'https://cr.example.net\\@evil.example/a',
    'https:cr.example.net/a.pem',
    'https:///cr.example.net/a.pem',
    ' https://cr.example.net/a.pem',
    'https://cr.example.net/a b',
    'https://cr.exa\tmple.net/a',
    `https://cr.example.net/${'a'.repeat(2048)}`,
    '',
  ])('refuses %j', (url) => {
    expect(parseX5u(url)).toBeUndefined();
  });

  it('takes configured ports', () => {
    expect(parseX5u('https://127.0.0.1:9000/a', [9000])?.port).toBe('9000');
  });
});

describe('freshness', () => {
  it.each([
    [undefined, 3600],
    ['', 3600],
    ['public', 3600],
    ['max-age=600', 600],
    ['public, MAX-AGE="600"', 600],
    ['max-age=0', 60],
    ['max-age=59', 60],
    ['max-age=86401', 86_400],
    ['max-age=9999999999', 86_400],
    ['max-age=-1', 3600],
    ['no-store', 60],
    ['no-cache, max-age=600', 60],
    ['s-maxage=5', 3600],
  ])('of %j is %i s', (field, seconds) => {
    expect(freshnessSeconds(field)).toBe(seconds);
  });
});

describe('trust: whom it contacts', () => {
  it('fetches from a listed repository on either channel', async () => {
    const { ask, fetched } = scripted(() => ok(leaf.pem));
    expect(await ask(LISTED)).toMatchObject({ chain: [{}, {}] });
    expect(fetched).toEqual([LISTED]);
  });

  it.each([
    UNLISTED,
    'https://cr.example.net:8443/a.pem',
    'https://cr.example.net.evil.example/a.pem',
    'https://a.cr.example.net/a.pem',
    'https://127.0.0.1/a.pem',
  ])('contacts nobody for %s out of band', async (url) => {
    const { ask, fetched } = scripted(() => ok(leaf.pem));
    expect(await ask(url)).toEqual({ unavailable: 'unlisted' });
    expect(fetched).toEqual([]);
  });

  it('contacts any host in band, unless policy says listed only', async () => {
    const open = scripted(() => ok(leaf.pem));
    expect(await open.ask(UNLISTED, 'in-band')).toHaveProperty('chain');
    expect(await open.ask(UNLISTED, 'out-of-band')).toHaveProperty('chain');
    expect(open.fetched).toEqual([UNLISTED]);
    const closed = scripted(() => ok(leaf.pem), { listedOnly: true });
    expect(await closed.ask(UNLISTED, 'in-band')).toEqual({ unavailable: 'policy' });
    expect(closed.fetched).toEqual([]);
  });

  it('contacts nobody for a URL that is none', async () => {
    const { ask, fetched } = scripted(() => ok(leaf.pem));
    expect(await ask('http://cr.example.net/a.pem', 'in-band')).toEqual({ unavailable: 'bad-url' });
    expect(fetched).toEqual([]);
  });

  it('does not join a fetch out of band that was started in band for an unlisted host', async () => {
    const { ask } = scripted(() => new Promise(() => {}));
    void ask(UNLISTED, 'in-band', 5);
    expect(await ask(UNLISTED, 'out-of-band')).toEqual({ unavailable: 'unlisted' });
  });

  it('refuses a configuration that lists no origins', () => {
    for (const repository of [
      'cr.example.net',
      'http://cr.example.net',
      'https://cr.example.net/a',
      'https://a@b',
    ])
      expect(() => scripted(() => ok(''), { repositories: [repository] })).toThrow(TypeError);
  });
});

describe('trust: what it remembers', () => {
  it('fetches once while the chain is fresh', async () => {
    const { ask, clock, fetched } = scripted(() => ok(leaf.pem, 'max-age=600'));
    const first = await ask(LISTED);
    clock.nowMs += 599_000;
    expect(await ask(LISTED)).toBe(first);
    expect(fetched.length).toBe(1);
    clock.nowMs += 1000;
    await ask(LISTED);
    expect(fetched.length).toBe(2);
  });

  it('keeps a chain no longer than its leaf is valid', async () => {
    const { ask, clock, fetched } = scripted(() => ok(shortLeaf.pem, 'max-age=86400'));
    await ask(LISTED);
    clock.nowMs += 601_000;
    await ask(LISTED);
    expect(fetched.length).toBe(2);
    clock.nowMs += 59_000;
    await ask(LISTED);
    expect(fetched.length).toBe(2);
  });

  it.each([
    ['a status', 'fetch-failed', () => ({ status: 404, body: new Uint8Array() })],
    ['a rejection', 'fetch-failed', () => Promise.reject(new Error('no'))],
    ['no PEM', 'bad-body', () => ok('<html>')],
    [
      'no certificate in the PEM',
      'bad-body',
      () => ok('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'),
    ],
    ['no text', 'bad-body', () => ({ status: 200, body: new Uint8Array([0xff, 0xfe]) })],
  ])('remembers a failure for 30 s: %s', async (_what, unavailable, answer) => {
    const { ask, clock, fetched } = scripted(answer);
    expect(await ask(LISTED)).toEqual({ unavailable });
    clock.nowMs += 29_000;
    expect(await ask(LISTED)).toEqual({ unavailable });
    expect(fetched.length).toBe(1);
    clock.nowMs += 2000;
    await ask(LISTED);
    expect(fetched.length).toBe(2);
  });

  it('gives up the least recently used, and never a listed one for an unlisted one', async () => {
    const { ask, fetched } = scripted(() => ok(leaf.pem), { cacheEntries: 2 });
    await ask(LISTED);
    for (const name of ['a', 'b', 'a', 'c', 'a']) await ask(`https://other.example.net/${name}`, 'in-band');
    await ask(LISTED);
    expect(fetched.length).toBe(4);
    await ask('https://other.example.net/b', 'in-band');
    expect(fetched.length).toBe(5);
  });
});

describe('trust: calls that wait', () => {
  it('makes one fetch for many, each with its own deadline, and keeps what comes late', async () => {
    let arrive: (reply: FetchedChain) => void = () => {};
    const reply = new Promise<FetchedChain>((resolve) => {
      arrive = resolve;
    });
    const { ask, fetched } = scripted(() => reply);
    const patient = [ask(LISTED), ask(LISTED)];
    expect(await ask(LISTED, 'out-of-band', 10)).toEqual({ unavailable: 'deadline' });
    arrive(ok(leaf.pem));
    const [first, second] = await Promise.all(patient);
    expect(first).toHaveProperty('chain');
    expect(second).toBe(first);
    expect(await ask(LISTED, 'out-of-band', 0)).toBe(first);
    expect(fetched.length).toBe(1);
  });

  it('runs a bounded number of fetches', async () => {
    const { ask, fetched } = scripted(() => new Promise(() => {}), { maxConcurrentFetches: 2 });
    for (const name of ['a', 'b']) void ask(`https://cr.example.net/${name}`, 'out-of-band', 1);
    expect(await ask('https://cr.example.net/c')).toEqual({ unavailable: 'fetch-failed' });
    expect(fetched.length).toBe(2);
  });
});

describe('trust: verdicts on chains', () => {
  const at = START_MS / 1000;

  it('checks signatures once a minute, and times always', () => {
    const { trust, signatureChecks } = scripted(() => ok(''));
    const result = trust.chainOf(leaf.chain);
    const chain = 'chain' in result ? result.chain : [];
    expect(trust.validated(chain, at)).toMatchObject({ valid: true });
    expect(trust.validated(chain, at + 60)).toMatchObject({ valid: true });
    expect(signatureChecks()).toBe(2);
    expect(trust.validated(chain, at + 61)).toMatchObject({ valid: true });
    expect(signatureChecks()).toBe(4);
    expect(trust.validated(chain, at + 86_399)).toMatchObject({ valid: true });
    expect(trust.validated(chain, at + 86_401)).toEqual({ valid: false, reason: 'expired' });
    expect(trust.validated(chain, at + 86_399)).toMatchObject({ valid: true });
  });

  it('refuses a chain of another authority', async () => {
    const { trust } = scripted(() => ok(''));
    const stranger = await createLabAuthority({ nowMs: START_MS, subject: 'Stranger' });
    const forged = await stranger.issueLeaf({
      entries: [parseTnEntry('0-1234')],
      commonName: 'SHAKEN 1234',
      organization: 'Carrier A',
      notBefore: new Date(START_MS - DAY_MS),
      notAfter: new Date(START_MS + DAY_MS),
    });
    const result = trust.chainOf(forged.chain);
    expect('chain' in result && trust.validated(result.chain, at)).toMatchObject({ valid: false });
  });

  const chainOf = (trust: Trust, ders: readonly Uint8Array[]) => {
    const found = trust.chainOf(ders);
    if ('unavailable' in found) throw new Error(found.unavailable);
    return found.chain;
  };

  it('gives the same object for the same carried chain, and no chain for what is none', () => {
    const { trust } = scripted(() => ok(''));
    const first = chainOf(trust, leaf.chain);
    expect(
      chainOf(
        trust,
        leaf.chain.map((der) => new Uint8Array(der)),
      ),
    ).toBe(first);
    expect(chainOf(trust, leaf.chain.slice(0, 1))).not.toBe(first);
    for (const ders of [[], [new Uint8Array()], [leaf.chain[0]!, new Uint8Array([48, 0])]])
      expect(trust.chainOf(ders)).toEqual({ unavailable: 'bad-body' });
    expect(chainOf(trust, leaf.chain)).toBe(first);
  });

  it('tells carried chains apart that end alike, however often they take turns', () => {
    const { trust } = scripted(() => ok(''));
    const [signer, ...above] = leaf.chain;
    // Another certificate with the same last bytes: its subject reads otherwise, so its signature is none.
    const imitation = new Uint8Array(signer!);
    imitation[Buffer.from(imitation).indexOf('SHAKEN 1234')] = 0x58;
    const lists = [leaf.chain, [imitation, ...above], [signer!], [imitation]];
    const chains = lists.map((ders) => chainOf(trust, ders));
    expect(new Set(chains).size).toBe(4);
    for (const at of [0, 1, 0, 2, 3, 1, 1, 0])
      expect(
        chainOf(
          trust,
          lists[at]!.map((der) => new Uint8Array(der)),
        ),
      ).toBe(chains[at]);
    const verdicts = chains.map((chain) => trust.validated(chain, START_MS / 1000));
    expect(verdicts.map(({ valid }) => valid)).toEqual([true, false, false, false]);
  });

  it('keeps a carried chain in memory of its own: what is written over the caller’s counts for nothing', () => {
    const { trust } = scripted(() => ok(''));
    const memory = leaf.chain.map((der) => Buffer.from(der));
    const first = chainOf(trust, memory);
    memory[0]!.write('X', memory[0]!.indexOf('SHAKEN 1234'));
    expect(chainOf(trust, memory)).not.toBe(first);
    expect(chainOf(trust, leaf.chain)).toBe(first);
  });

  it('forgets a carried chain after its time', () => {
    const { trust, clock } = scripted(() => ok(''));
    const first = chainOf(trust, leaf.chain);
    clock.nowMs += 3_599_999;
    expect(chainOf(trust, leaf.chain)).toBe(first);
    clock.nowMs += 1;
    expect(chainOf(trust, leaf.chain)).not.toBe(first);
  });
});

describe('trust anchors', () => {
  it('reads as many as an authority list has', () => {
    expect(parseAnchors(`# list\n${authority.rootPem.repeat(30)}`).length).toBe(30);
  });

  it('refuses a text without any, or with an open end', () => {
    for (const text of ['', 'nothing', `${authority.rootPem}-----BEGIN CERTIFICATE-----\nAAAA`])
      expect(() => parseAnchors(text)).toThrow('PEM');
  });
});

describe('trust over HTTPS', () => {
  it('fetches from a real repository through the safe client', async () => {
    const tls = await createTlsAuthority({ nowMs: Date.now() });
    const { certificate: cert, key } = await tls.issueServer();
    const seen: (string | undefined)[] = [];
    const server = createServer({ cert, key }, (request, response) => {
      seen.push(request.headers.accept);
      if (request.url === '/moved') response.writeHead(302, { location: '/a.pem' });
      else if (request.url === '/huge') response.write('x'.repeat(70_000));
      else response.writeHead(200, { 'cache-control': 'max-age=120' }).write(leaf.pem);
      response.end();
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    const origin = `https://127.0.0.1:${port}`;
    const client = createSafeClient({ ca: [tls.ca], allowAddresses: ['127.0.0.1'] });
    const trust = createTrust(
      {
        crypto: createNodeCrypto(),
        anchors: parseAnchors(authority.rootPem),
        now: () => START_MS,
        fetchChain: createChainFetcher(client),
      },
      { repositories: [origin], x5uPorts: [port] },
    );
    const ask = (path: string) =>
      trust.chainFor(origin + path, { channel: 'out-of-band', signalDeadlineMs: 5000 });
    const found = await ask('/a.pem');
    expect('chain' in found && trust.validated(found.chain, START_MS / 1000)).toMatchObject({ valid: true });
    expect(await ask('/moved')).toEqual({ unavailable: 'fetch-failed' });
    expect(await ask('/huge')).toEqual({ unavailable: 'fetch-failed' });
    expect(seen).toEqual(Array(3).fill('application/pem-certificate-chain'));
    await client.close();
    server.close();
  });
});
