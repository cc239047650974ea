// A called carrier's CPS in processes of its own, with whatever store and workers, and a client that deposits and
// retrieves by the thousand: what tests of crashes and of several processes stand on.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type ClientHttp2Session, connect } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeBase64url } from '@oobleck/stir/bytes';
import { formatStreamRequest } from '@oobleck/stir/credential';
import { encodeAddress } from '@oobleck/stir/mailbox';
import { parseTelephoneNumber } from '@oobleck/stir/number';
import { createReplySealer, createStreamSealer } from '@oobleck/stir/seal';
import { depositRequest, retrieveRequest } from '../../../bench/http/cps-request.ts';
import type { BareRequest } from '../../../bench/http/http-client.ts';
import { createTokenMaker, type TokenMaker } from '../../../bench/token-maker.ts';
import { writeLab } from '../src/lab/index.ts';
import type { OwnKey } from '../src/verification/index.ts';
import { createCredentialFiles, readIdentity } from '../src/wiring/credential-files.ts';
import { type Configuration, startNode } from '../src/wiring/index.ts';
import { crypto } from './network.ts';
import { type ServeProcess, startServe } from './serve-process.ts';

export interface CpsLab {
  readonly folder: string;
  readonly origin: string;
  readonly shards: number;
  /** Starts `oobleck serve`. @param more of the configuration, beside the lab's @param environment beside this process's */
  serve(more: Partial<Configuration>, environment?: Readonly<Record<string, string>>): Promise<ServeProcess>;
  /** Registers the mailbox that everything goes to. */
  register(): Promise<void>;
  deposit(shard: number, lifetime?: string): BareRequest;
  connect(origin?: string): ClientHttp2Session;
  /** Everything that lies there, as text: one reading of all pages of all shards. */
  retrieveAll(session: ClientHttp2Session): Promise<ReadonlySet<string>>;
  /** A stream of the mailbox, as its owner opens it. */
  openStream(session: ClientHttp2Session): Promise<OpenedStream>;
  close(): Promise<void>;
}

export interface OpenedStream {
  readonly status: number;
  /** What has come so far, as text. */
  brought(): ReadonlySet<string>;
  close(): void;
}

const KEY_FOLDER = 'issuer-keys';
const AT_ONCE = 100;

export async function createCpsLab(): Promise<CpsLab> {
  const folder = mkdtempSync(join(tmpdir(), 'oobleck-cps-lab-'));
  const lab = await writeLab(folder, Date.now());
  const { services, calls, origin } = lab.bravo;
  const { host } = new URL(origin);
  const closers: (() => Promise<unknown>)[] = [];
  let key: OwnKey | undefined;
  let tokens: TokenMaker | undefined;
  let processes = 0;
  const ownKey = (): OwnKey => key!;
  return {
    folder,
    origin,
    shards: 256,
    async serve(more, environment) {
      const file = join(folder, `serve-${processes++}.json`);
      const issuer = { ...services.issuer!, keyFolder: KEY_FOLDER };
      writeFileSync(file, JSON.stringify({ ...services, issuer, ...more }));
      const serving = await startServe(file, environment);
      closers.push(() => serving.stop());
      return serving;
    },
    async register() {
      const { authentication: _, rest: __, ...verificationOnly } = calls;
      const node = await startNode({ ...verificationOnly, log: { level: 'silent' } }, folder);
      await node.called!.renew();
      key = node.called!.keys.keysFor(parseTelephoneNumber('12155000101'), 'bravo')[0]!;
      await node.close();
    },
    deposit(shard: number, lifetime = '60') {
      tokens ??= createTokenMaker(keyOfToday(join(folder, KEY_FOLDER)), host, host);
      const request = depositRequest(ownKey().mailboxId, shard, tokens.make());
      return { ...request, headers: { ...request.headers, 'passport-lifetime': lifetime } };
    },
    connect: (at = origin) => {
      const session = connect(at, { ca: lab.tlsCa });
      session.on('error', () => undefined);
      return session;
    },
    async retrieveAll(session) {
      const found = new Set<string>();
      await inParallel(
        Array.from({ length: 256 }, (_, shard) => shard),
        async (shard) => {
          for (const blob of await readShard(session, ownKey(), shard)) found.add(blob);
        },
      );
      return found;
    },
    openStream(session) {
      const files = createCredentialFiles(folder);
      const { key: signer, chain } = readIdentity(
        files,
        crypto,
        { chainFile: 'bravo-range.pem', keyFile: 'bravo-range.key' },
        'bravo-range',
      );
      const { mailboxId } = ownKey();
      const id = encodeBase64url(crypto.randomBytes(16));
      const claims = { mailboxId, audience: host, issuedAt: Math.floor(Date.now() / 1000), id };
      return openStream(session, ownKey(), formatStreamRequest(claims, signer, chain));
    },
    async close() {
      for (const one of closers) await one();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const replies = createReplySealer(crypto);

async function readShard(session: ClientHttp2Session, key: OwnKey, shard: number): Promise<string[]> {
  const found: string[] = [];
  const nonce = crypto.randomBytes(16);
  for (let page = 0; ; page++) {
    const { headers } = retrieveRequest(key.mailboxId, shard);
    const query = `page=${page}&n=${Buffer.from(nonce).toString('base64url')}`;
    const path = `${String(headers[':path']).split('?')[0]}?${query}`;
    const { body } = await ask(session, { headers: { ...headers, ':path': path } });
    const question = { address: encodeAddress(key.mailboxId, shard), nonce, page };
    const reply = replies.open(key.agreement, question, body)!;
    found.push(...reply.items.map(({ blob }) => textOf(blob)));
    if (!reply.hasLaterPage) return found;
  }
}

const streamSealer = createStreamSealer(crypto);
const ENC_BYTES = 32;

function openStream(session: ClientHttp2Session, key: OwnKey, jwt: string): Promise<OpenedStream> {
  const path = `/mailboxes/${encodeBase64url(key.mailboxId)}/stream?cells=4&cadenceMs=100`;
  const stream = session.request({ ':path': path, authorization: `Bearer ${jwt}` });
  const { replyBytes } = key.form;
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => undefined);
  const brought = (): ReadonlySet<string> => {
    const all = Buffer.concat(chunks);
    const reader = streamSealer.read(key.agreement, key.mailboxId, all.subarray(0, ENC_BYTES));
    const found = new Set<string>();
    for (let at = ENC_BYTES; reader !== undefined && at + replyBytes <= all.length; at += replyBytes)
      for (const { blob } of reader.open(all.subarray(at, at + replyBytes))!.items) found.add(textOf(blob));
    return found;
  };
  return new Promise((resolve) =>
    stream.once('response', (fields) =>
      resolve({ status: Number(fields[':status']), brought, close: () => stream.destroy() }),
    ),
  );
}

export function textOf(blob: Uint8Array): string {
  return Buffer.from(blob).toString('base64url');
}

/** Rejects where the connection ends before an answer. */
export function ask(
  session: ClientHttp2Session,
  { headers, body }: BareRequest,
): Promise<{ readonly status: number; readonly body: Buffer }> {
  return new Promise((resolve, reject) => {
    const stream = session.request(headers);
    const chunks: Buffer[] = [];
    let status = 0;
    stream.on('response', (fields) => {
      status = Number(fields[':status']);
    });
    stream.on('data', (chunk: Buffer) => void chunks.push(chunk));
    stream.on('error', reject);
    stream.on('close', () => reject(new Error('no answer')));
    stream.on('end', () =>
      status === 0 ? reject(new Error('no answer')) : resolve({ status, body: Buffer.concat(chunks) }),
    );
    stream.end(body);
  });
}

/** So many at a time. */
export async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const run = async (): Promise<void> => {
    while (next < items.length) await work(items[next++]!);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, run));
}

/** The issuer has made two keys, today's and tomorrow's; their names sort by day. */
function keyOfToday(folder: string): Uint8Array {
  const [first] = readdirSync(folder)
    .filter((name) => name.endsWith('.der'))
    .sort();
  return new Uint8Array(readFileSync(join(folder, first!)));
}
