import { createSecureServer, type Http2SecureServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { crypto } from '../../../test/network.ts';
import { createTlsAuthority } from '../../lab/pki.ts';
import { createSafeClient, type StreamingClient } from '../index.ts';
import { createStreamSource } from './index.ts';

const FRAME = 16_384;
const TYPE = 'application/vnd.stir-oob.sealed-stream';
const bytes = crypto.randomBytes(32 + 3 * FRAME);

let server: Http2SecureServer;
let origin: string;
let client: StreamingClient;
let play: (stream: ServerHttp2Stream) => void;
const asked: Record<string, unknown>[] = [];

beforeAll(async () => {
  const tls = await createTlsAuthority({ nowMs: Date.now() });
  const { certificate, key } = await tls.issueServer();
  server = createSecureServer({ cert: certificate, key });
  server.on('stream', (stream, headers) => {
    asked.push({ ...headers });
    stream.on('error', () => undefined);
    play(stream as ServerHttp2Stream);
  });
  server.on('sessionError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  client = createSafeClient({ ca: [tls.ca], allowAddresses: ['127.0.0.1'] });
});
afterAll(async () => {
  await client.close();
  server.close();
});

function open(cps = origin, now?: () => number) {
  const seen = { begun: [] as Uint8Array[], frames: [] as Uint8Array[], ends: 0 };
  const query = {
    cps,
    mailboxId: new Uint8Array(32),
    request: 'a.b.c',
    cells: 1,
    cadenceMs: 100,
    frameBytes: FRAME,
  };
  const end = createStreamSource(client, now).open(query, {
    onBegin: (enc) => seen.begun.push(enc),
    onFrame: (frame) => seen.frames.push(frame),
    onEnd: () => void seen.ends++,
  });
  return { seen, end };
}

const until = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 5 });
const respond = (stream: ServerHttp2Stream, status = 200, type = TYPE) =>
  stream.respond({ ':status': status, 'content-type': type });

describe('the stream of a CPS, as it comes', () => {
  it('is asked for by its owner, and cut into key and frames however the bytes come', async () => {
    play = (stream) => {
      respond(stream);
      for (let at = 0; at < bytes.length; at += 7_001) stream.write(bytes.subarray(at, at + 7_001));
    };
    const { seen, end } = open();
    await until(() => expect(seen.frames).toHaveLength(3));
    expect(Buffer.concat([...seen.begun, ...seen.frames])).toEqual(Buffer.from(bytes));
    expect(seen.begun).toHaveLength(1);
    expect(asked.at(-1)).toMatchObject({
      ':path': `/mailboxes/${'A'.repeat(43)}/stream?cells=1&cadenceMs=100`,
      authorization: 'Bearer a.b.c',
    });
    end();
    expect(seen.ends).toBe(0);
  });

  it.each<[string, (stream: ServerHttp2Stream) => void]>([
    ['is refused', (stream) => stream.respond({ ':status': 429 }, { endStream: true })],
    ['has another type', (stream) => respond(stream, 200, 'text/html')],
    [
      'is redirected',
      (stream) => stream.respond({ ':status': 302, location: `${origin}/` }, { endStream: true }),
    ],
    [
      'ends',
      (stream) => {
        respond(stream);
        stream.end(bytes);
      },
    ],
    [
      'is reset in mid-frame',
      (stream) => {
        respond(stream);
        stream.write(bytes.subarray(0, 40), () => stream.close(2));
      },
    ],
    [
      'goes with its connection',
      (stream) => {
        respond(stream);
        stream.write(bytes.subarray(0, 40), () => stream.session!.destroy());
      },
    ],
  ])('one that %s has ended, once', async (_, act) => {
    play = act;
    const { seen } = open();
    await until(() => expect(seen.ends).toBe(1));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(seen.ends).toBe(1);
  });

  it('one that falls silent is left after a while', async () => {
    play = (stream) => {
      respond(stream);
      stream.write(bytes.subarray(0, 32 + FRAME));
    };
    const { seen } = open();
    await until(() => expect(seen.ends).toBe(1));
    expect([seen.begun.length, seen.frames.length]).toEqual([1, 1]);
  });

  it('one that sends faster than was asked is left before it fills memory', async () => {
    let isClosed = false;
    play = (stream) => {
      respond(stream);
      stream.write(bytes.subarray(0, 32));
      stream.once('close', () => {
        isClosed = true;
      });
      const more = () => {
        while (!isClosed && !stream.destroyed && stream.write(bytes.subarray(32))) {
          // as fast as it is taken
        }
      };
      stream.on('drain', more);
      more();
    };
    const { seen } = open(origin, () => 0);
    await until(() => expect(seen.ends).toBe(1));
    expect(seen.frames).toHaveLength(50);
    await until(() => expect(isClosed).toBe(true));
  });

  it('nothing is contacted that may not be, and nothing throws', async () => {
    for (const cps of ['http://127.0.0.1:1', 'https://10.0.0.1', 'https://127.0.0.1:1', 'nonsense']) {
      const { seen } = open(cps);
      await until(() => expect(seen.ends).toBe(1));
      expect(seen.begun).toEqual([]);
    }
  });
});
