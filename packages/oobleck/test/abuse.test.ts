// Whoever speaks HTTP to a CPS to keep it busy, or to have one request taken for two. Floods of frames that cost their
// sender nothing are cut off, ambiguous requests are refused and end their connection, and meanwhile others are served.
// Against a process of its own, over its TLS port. What node and nghttp2 do of themselves is held to here as well.

import { readFileSync } from 'node:fs';
import type { ClientHttp2Session } from 'node:http2';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, type CpsLab, createCpsLab } from './cps-lab.ts';
import {
  connectRaw,
  FLAG,
  FRAME,
  frame,
  framesOf,
  GET_ROOT,
  PREFACE,
  type RawConnection,
} from './raw-http.ts';
import type { ServeProcess } from './serve-process.ts';

let lab: CpsLab;
let serving: ServeProcess;
let others: ClientHttp2Session;
let ca: string;

beforeAll(async () => {
  lab = await createCpsLab();
  // Few, so that a machine that is busy sends them faster than that as well.
  const limits = { maxResetsPerSecond: 10, maxControlFramesPerSecond: 20 };
  const tls = { certificateFile: 'tls.pem', keyFile: 'tls.key' };
  const listen = { host: '127.0.0.1', port: Number(new URL(lab.origin).port), tls, limits };
  serving = await lab.serve({ listen });
  await lab.register();
  others = lab.connect();
  ca = readFileSync(join(lab.folder, 'tls-ca.pem'), 'utf8');
}, 60_000);

afterAll(async () => {
  others?.close();
  await lab?.close();
});

const ATTACKERS = 4;
/** A flood that is not cut off by then is not cut off. */
const MOST_BATCHES = 2_000;
const PER_BATCH = 100;

/** Of the process, in MiB. */
function residentMegabytes(): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${serving.pid}/status`, 'utf8'))![1]) / 1_024;
}

/** Sends batch after batch until the server has enough. @returns batches taken */
async function flood(attacker: RawConnection, batch: (at: number) => Buffer): Promise<number> {
  await attacker.send(PREFACE);
  let at = 0;
  for (; at < MOST_BATCHES && !attacker.hasEnded(); at++) {
    await attacker.send(batch(at));
    await new Promise(setImmediate); // its answers are read
  }
  await Promise.race([attacker.ended, new Promise((resolve) => setTimeout(resolve, 5_000).unref())]);
  attacker.close();
  return at;
}

const many = (one: (at: number) => Buffer) => (batch: number) =>
  Buffer.concat(Array.from({ length: PER_BATCH }, (_, at) => one(batch * PER_BATCH + at)));
/** Of clients: odd, each one once. */
const streamOf = (at: number): number => 2 * at + 1;

const FLOODS: readonly (readonly [string, (at: number) => Buffer, number])[] = [
  ['SETTINGS', () => frame(FRAME.settings, FLAG.none, 0), FRAME.settings],
  ['PING', () => frame(FRAME.ping, FLAG.none, 0, new Uint8Array(8)), FRAME.ping],
  [
    'streams opened and taken back (rapid reset)',
    (at) =>
      Buffer.concat([
        frame(FRAME.headers, FLAG.endStream | FLAG.endHeaders, streamOf(at), GET_ROOT),
        frame(FRAME.reset, FLAG.none, streamOf(at), Buffer.from([0, 0, 0, 8])),
      ]),
    FRAME.headers,
  ],
  [
    'CONTINUATION without end',
    (at) =>
      at === 0
        ? frame(FRAME.headers, FLAG.endStream, 1, GET_ROOT)
        : frame(
            FRAME.continuation,
            FLAG.none,
            1,
            Buffer.from('\0\x01x\x40'.concat('y'.repeat(64)), 'latin1'),
          ),
    FRAME.headers,
  ],
  [
    'header fields beyond the table of HPACK',
    (at) =>
      frame(FRAME.headers, FLAG.endStream | FLAG.endHeaders, streamOf(at), Buffer.from([0xff, 0xff, 0x7f])),
    FRAME.headers,
  ],
  ['frames on a stream that is none', () => frame(FRAME.data, FLAG.none, 0, new Uint8Array(1)), FRAME.data],
  [
    'windows beyond the largest',
    () => frame(FRAME.window, FLAG.none, 0, Buffer.from([0x7f, 0xff, 0xff, 0xff])),
    FRAME.window,
  ],
];

describe('floods over HTTP/2', () => {
  it.each(FLOODS)(
    '%s: cut off, little answered, while others are served',
    async (_name, one, answeredWith) => {
      const beforeMegabytes = residentMegabytes();
      const attackers = await Promise.all(
        Array.from({ length: ATTACKERS }, () => connectRaw(lab.origin, ca, 'h2')),
      );
      const flooding = Promise.all(attackers.map((attacker) => flood(attacker, many(one))));
      for (let at = 0; at < 20; at++)
        expect((await ask(others, lab.deposit(at % lab.shards))).status).toBe(201);
      await flooding;
      for (const attacker of attackers) {
        expect(attacker.hasEnded()).toBe(true);
        const frames = framesOf(attacker.received());
        const answers = frames.filter(({ type }) => type === answeredWith);
        expect(answers.length).toBeLessThan(1_500);
        // Where the end could still be told, it is told as one.
        for (const { payload } of frames.filter(({ type }) => type === FRAME.goaway))
          expect(payload.readUInt32BE(4)).not.toBe(0);
      }
      expect((await ask(others, lab.deposit(0))).status).toBe(201);
      expect(residentMegabytes() - beforeMegabytes).toBeLessThan(100);
    },
    60_000,
  );
});

const LIVE = 'GET /health/live HTTP/1.1\r\nhost: a\r\n\r\n';
const post = (fields: string, body = ''): string =>
  `POST /retractions HTTP/1.1\r\nhost: a\r\ncontent-type: application/octet-stream\r\n${fields}\r\n\r\n${body}`;

/** Each is followed by a request that must not be seen as one. */
const AMBIGUOUS: readonly (readonly [string, string])[] = [
  [
    'Content-Length and Transfer-Encoding',
    post('content-length: 5\r\ntransfer-encoding: chunked', '0\r\n\r\n'),
  ],
  [
    'Transfer-Encoding and Content-Length',
    post('transfer-encoding: chunked\r\ncontent-length: 5', '0\r\n\r\n'),
  ],
  ['two lengths that differ', post('content-length: 0\r\ncontent-length: 32', '')],
  ['two lengths that agree', post('content-length: 0\r\ncontent-length: 0', '')],
  ['a list of lengths', post('content-length: 0, 32', '')],
  ['a length with a sign', post('content-length: +0', '')],
  ['a length in hexadecimal', post('content-length: 0x0', '')],
  ['a length with a space in it', post('content-length: 3 2', '')],
  ['a length beyond all numbers', post('content-length: 18446744073709551616', '')],
  ['chunked, but not last', post('transfer-encoding: chunked, identity', '0\r\n\r\n')],
  ['a coding that is only like chunked', post('transfer-encoding: xchunked', '0\r\n\r\n')],
  [
    'two Transfer-Encoding fields',
    post('transfer-encoding: chunked\r\ntransfer-encoding: identity', '0\r\n\r\n'),
  ],
  ['Transfer-Encoding with a vertical tab', post('transfer-encoding:\x0bchunked', '0\r\n\r\n')],
  ['a space before the colon', post('content-length : 0', '')],
  ['a space before the name', post('x-a: b\r\n content-length: 0', '')],
  ['a folded field (obs-fold)', post('content-length: 0\r\nx-a: b\r\n c', '')],
  ['a folded Transfer-Encoding', post('transfer-encoding:\r\n chunked', '0\r\n\r\n')],
  ['fields that end in a bare LF', 'GET / HTTP/1.1\nhost: a\nx-a: b\n\n'],
  ['one field that ends in a bare LF', post('x-a: b\ncontent-length: 0', '')],
  ['a bare CR in a value', post('x-a: b\rc\r\ncontent-length: 0', '')],
  ['a NUL in a value', post('x-a: b\0c\r\ncontent-length: 0', '')],
  ['no Host', 'GET / HTTP/1.1\r\nx-a: b\r\n\r\n'],
  [
    'an extension of a chunk without end',
    post('transfer-encoding: chunked', `1;${'x'.repeat(64 * 1_024)}\r\na\r\n0\r\n\r\n`),
  ],
  [
    'a chunk of a length beyond all numbers',
    post('transfer-encoding: chunked', 'fffffffffffffffff\r\na\r\n0\r\n\r\n'),
  ],
  ['a chunk with a negative length', post('transfer-encoding: chunked', '-1\r\na\r\n0\r\n\r\n')],
  ['a chunk that ends in a bare LF', post('transfer-encoding: chunked', '1\na\n0\n\n')],
  ['a chunk longer than it says', post('transfer-encoding: chunked', '1\r\nab\r\n0\r\n\r\n')],
];

describe('requests over HTTP/1.1 that two servers would read differently', () => {
  it('the control: a plain request and the next one are both answered', async () => {
    const client = await connectRaw(lab.origin, ca, 'http/1.1');
    await client.send(post('content-length: 0') + LIVE);
    await expect.poll(() => statusesOf(client), { timeout: 10_000 }).toEqual([422, 200]);
    client.close();
  });

  it('chunks count by what they bring, whatever stands beside them', async () => {
    const client = await connectRaw(lab.origin, ca, 'http/1.1');
    const chunk = `1;${'x'.repeat(200)}\r\na\r\n`;
    await client.send(post('transfer-encoding: chunked', `${chunk.repeat(3_000)}0\r\n\r\n`) + LIVE);
    await client.ended;
    expect(statusesOf(client)).toEqual([413]);
  });

  it.each(AMBIGUOUS)(
    '%s: refused, the connection ends, and what follows is not seen as a request',
    async (_name, text) => {
      const client = await connectRaw(lab.origin, ca, 'http/1.1');
      await client.send(text + LIVE);
      await Promise.race([client.ended, new Promise((resolve) => setTimeout(resolve, 8_000).unref())]);
      expect(client.hasEnded()).toBe(true);
      const statuses = statusesOf(client);
      expect(statuses).toHaveLength(1);
      expect(statuses[0]).toBeGreaterThanOrEqual(400);
      expect(statuses[0]).toBeLessThan(500);
      expect(client.received().toString('latin1')).not.toContain('"live"');
      expect((await ask(others, lab.deposit(1))).status).toBe(201);
    },
  );
});

function statusesOf(client: RawConnection): readonly number[] {
  const text = client.received().toString('latin1');
  return [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
}
