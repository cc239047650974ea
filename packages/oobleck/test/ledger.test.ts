// The ledger of docs/protocol.md, row by row, each played by its adversary: what a party sees is recorded on the wire,
// and must not contain what the ledger says it does not learn. (A seized CPS is cps-memory.test.ts.)

import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeBase64url } from '@oobleck/stir/bytes';
import { splitAddress } from '@oobleck/stir/mailbox';
import { parseTelephoneNumber } from '@oobleck/stir/number';
import { encodeToken } from '@oobleck/stir/token';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createNodeCrypto } from '../src/crypto/index.ts';
import { createTokenTransport } from '../src/http/clients/index.ts';
import { createSafeClient, type SafeClient } from '../src/http/index.ts';
import { createWallet } from '../src/issuer/index.ts';
import { createDepositor, type Depositor } from '../src/lab/depositor.ts';
import { type RunningLab, startLab } from '../src/lab/index.ts';

let folder: string;
let lab: RunningLab;
let client: SafeClient;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'oobleck-ledger-'));
  lab = await startLab(folder);
  client = createSafeClient({ ca: [lab.lab.tlsCa], allowAddresses: ['127.0.0.0/8'] });
});

afterAll(async () => {
  await client?.close();
  await lab?.close();
  rmSync(folder, { recursive: true, force: true });
});

it('S-07: issuer: nothing it saw or signed stands in a token it later meets at the CPS', async () => {
  const seen: Uint8Array[] = [];
  const transport = createTokenTransport(client);
  const insider: Depositor = createDepositor(lab.lab, 'alpha');
  const cps = new URL(lab.bravo.origin).host;
  const known = await lab.bravo.services.environment.clients.lookups.request({
    method: 'GET',
    url: `${lab.bravo.origin}/credentials?since=0`,
    deadlineMs: 2_000,
    maxResponseBytes: 1_000_000,
  });
  const advertisement = Buffer.from(known.body)
    .toString()
    .split('\n')
    .filter((line) => line.includes('"issuers"'))
    .map((line) => JSON.parse(line))
    .find((line) => line.cps === lab.bravo.origin);
  const wallet = createWallet(
    {
      crypto: createNodeCrypto(),
      now: () => Math.floor(Date.now() / 1000),
      transport: {
        get: (url) => transport.get(url),
        async post(url, headers, body) {
          const answer = await transport.post(url, headers, body);
          seen.push(body, answer.body);
          return answer;
        },
      },
      credential: () => insider,
      issuersInMirror: () =>
        advertisement.issuers.map(({ name, keys }: { name: string; keys: string[] }) => ({
          name,
          keys: keys.map((key) => new Uint8Array(Buffer.from(key, 'base64url'))),
        })),
      schedule: (action, delayMs) => {
        const timer = setTimeout(action, delayMs);
        return () => clearTimeout(timer);
      },
    },
    { cpsAuthorities: [cps], tokenMinimumAgeSeconds: 0 },
  );
  expect(await wallet.fill(cps)).toEqual({ outcome: 'filled', tokens: 32 });
  const tokens = wallet.take(cps, 32)!.map((token) => Buffer.from(encodeToken(token)));
  await insider.close();

  // Nonce and authenticator; the key identifier and the challenge digest are the same for everybody.
  const secrets = tokens.flatMap((token) => [token.subarray(2, 34), token.subarray(98)]);
  const windows = new Set(secrets.flatMap((secret) => windowsOf(secret, 8)));
  const shared = seen
    .flatMap((bytes) => windowsOf(Buffer.from(bytes), 8))
    .filter((window) => windows.has(window));
  expect(seen.length).toBe(2);
  expect(shared).toEqual([]);
});

it('directory: a call causes no request to it, and the issuer is not asked either', async () => {
  const { deposits, directories, issuance, lookups, retrievals } = lab.alpha.calls.environment.clients;
  const all = { deposits, directories, issuance, lookups, retrievals };
  const urls: { client: string; url: string }[] = [];
  const sends = Object.entries(all).map(([name, client]) => {
    const send = client.request;
    Object.assign(client, {
      request: (request: Parameters<typeof send>[0]) => {
        urls.push({ client: name, url: request.url });
        return send(request);
      },
    });
    return () => Object.assign(client, { request: send });
  });
  try {
    const outcome = await lab.alpha.calls.calling!.service.authenticate(callTo('12155000301'));
    expect(outcome).toMatchObject({ signed: true, outOfBand: 'stored' });
  } finally {
    for (const restore of sends) restore();
  }
  // Mirrors and wallets are refreshed by their own timers; whatever ran meanwhile names no number.
  const forTheCall = urls.filter(({ url }) => url.includes('/mailboxes/'));
  expect(forTheCall.map(({ client }) => client)).toEqual(['deposits']);
  expect(urls.filter(({ url }) => url.includes('12155000301') || url.includes('/prefixes/'))).toEqual([]);
});

it('R-04: poller: replies for an idle, a busy, an overfull and an unknown mailbox cannot be told apart', async () => {
  const called = parseTelephoneNumber('12155000302');
  const { address } = lab.stranger.seal({ passports: [] }, called);
  const { id, shard } = splitAddress(address);
  const poll = async (mailbox: Uint8Array, at = shard) => {
    const n = encodeBase64url(randomBytes(16));
    const url = `${lab.bravo.origin}/mailboxes/${encodeBase64url(mailbox)}/${at}/passports?page=0&n=${n}`;
    return client.request({ method: 'GET', url, deadlineMs: 2_000, maxResponseBytes: 65_536 });
  };
  const replies = [await poll(id), await poll(randomBytes(32)), await poll(id, 70_000)];
  await lab.alpha.calls.calling!.service.authenticate(callTo(called));
  replies.push(await poll(id));
  for (let i = 0; i < 20; i++)
    expect(await lab.stranger.send(lab.stranger.seal({ passports: [] }, called))).toBe('stored');
  replies.push(await poll(id), await poll(id));

  const outsides = replies.map(({ status, headers: { date: _, ...others }, body }) =>
    JSON.stringify([status, others, body.length]),
  );
  expect(new Set(outsides).size).toBe(1);
  const blocks = replies.flatMap(({ body }) => windowsOf(Buffer.from(body), 16, 16));
  expect(new Set(blocks).size).toBe(blocks.length);
  for (const { body } of replies) expect(looksRandom(body)).toBe(true);
});

it('depositor: no answer tells one mailbox from another', async () => {
  const answers = [];
  for (const number of ['12155000303', '17035550101']) {
    const deposit = lab.stranger.seal({ passports: [] }, parseTelephoneNumber(number));
    answers.push(await lab.stranger.send(deposit));
  }
  expect(answers).toEqual(['stored', 'stored']);
});

function callTo(called: string) {
  return {
    tenant: 'alpha',
    callId: randomUUID(),
    originator: parseTelephoneNumber('12025550301'),
    destinations: [parseTelephoneNumber(called)],
    placedAt: Math.floor(Date.now() / 1000),
    shaken: { attestation: 'A' as const, originationId: randomUUID() },
  };
}

function windowsOf(bytes: Buffer, length: number, step = 1): string[] {
  const count = Math.floor((bytes.length - length) / step) + 1;
  return Array.from({ length: count }, (_, i) => bytes.toString('hex', i * step, i * step + length));
}

/** Chi-square of the byte values, 255 degrees of freedom: outside 160 to 370 once in ten million random texts. */
function looksRandom(bytes: Uint8Array): boolean {
  const counts = new Array<number>(256).fill(0);
  for (const byte of bytes) counts[byte]!++;
  const expected = bytes.length / 256;
  const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  return chiSquare > 150 && chiSquare < 390;
}
