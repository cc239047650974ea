// The laboratory's called carrier with its public services in a process of their own, and the bare server beside it
// with the same TLS certificate.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseTelephoneNumber } from '@oobleck/stir/number';
import { type Lab, writeLab } from '../../packages/oobleck/src/lab/index.ts';
import { startNode } from '../../packages/oobleck/src/wiring/index.ts';
import type { BareOperation } from '../primitives.ts';
import { createTokenMaker, type TokenMaker } from '../token-maker.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';

export interface CarrierLab {
  readonly lab: Lab;
  readonly cps: ServerProcess;
  /** A mailbox of the carrier's, registered at the CPS. */
  readonly mailboxId: Uint8Array;
  readonly shards: number;
  readonly tokens: TokenMaker;
  close(): Promise<void>;
}

const KEY_FOLDER = 'issuer-keys';
const SOME_NUMBER = parseTelephoneNumber('12155000101');

export interface CarrierLabOptions {
  /** Of the CPS, default its memory. */
  readonly store?: string;
  /** Default: one process without a primary. */
  readonly workers?: number;
}

export async function startCarrierLab(options: CarrierLabOptions = {}): Promise<CarrierLab> {
  const folder = createFolder();
  const lab = await writeLab(folder, Date.now());
  const { services, calls, origin } = lab.bravo;
  const file = join(folder, 'bench-services.json');
  const cps = { ...services.cps!, batchDeposits: true };
  const issuer = { ...services.issuer!, keyFolder: KEY_FOLDER };
  writeFileSync(file, JSON.stringify({ ...services, cps, issuer, ...options, log: { level: 'silent' } }));
  const server = await startServerProcess(
    options.workers === undefined ? 'cps-server.ts' : 'cps-workers.ts',
    file,
    folder,
  );
  const { authentication: _, rest: __, ...verificationOnly } = calls;
  const node = await startNode({ ...verificationOnly, log: { level: 'silent' } }, folder);
  await node.called!.renew();
  const { mailboxId, form } = node.called!.keys.keysFor(SOME_NUMBER, 'bravo')[0]!;
  const { host } = new URL(origin);
  return {
    lab,
    cps: server,
    mailboxId,
    shards: form.shards,
    tokens: createTokenMaker(keyOfToday(join(folder, KEY_FOLDER)), host, host),
    async close() {
      await node.close();
      await server.close();
      removeFolder(folder);
    },
  };
}

/** @param replyBytes of an answer to GET @param postBytes of one to POST @param operation done for each POST, so many `times` */
export function startEcho(
  { folder }: Lab,
  replyBytes: number,
  postBytes = 0,
  operation?: BareOperation,
  times = 1,
): Promise<ServerProcess> {
  const files = ['tls.pem', 'tls.key'].map((name) => join(folder, name));
  const operations = operation === undefined ? [] : [operation, String(times)];
  return startServerProcess('echo-server.ts', ...files, String(replyBytes), String(postBytes), ...operations);
}

export function createFolder(): string {
  return mkdtempSync(join(tmpdir(), 'oobleck-bench-'));
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** The issuer has made two keys, today's and tomorrow's; their names sort by day. */
function keyOfToday(folder: string): Uint8Array {
  const [first] = readdirSync(folder)
    .filter((name) => name.endsWith('.der'))
    .sort();
  return new Uint8Array(readFileSync(join(folder, first!)));
}
