// A process beside a switch stands still for longer than any deadline, as under a long collection of garbage, while the CPS
// answers: the answer is there when it goes on, so the call has it, and the CPS is not held to be silent.

import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeLab } from '../src/lab/index.ts';
import { createEventLog } from '../src/operate/index.ts';
import { type RunningNode, startNode } from '../src/wiring/index.ts';
import { type ServeProcess, startServe } from './serve-process.ts';

const STANDSTILL_MS = 700;
/** Where the machine is slow the answer is, too. */
const LONGEST_MS = 5_000;
const STEADY_MS = 200;
/** More than make a peer one that is given up. */
const CALLS = 7;
const CALLER = '+12025550101';

let folder: string;
let services: ServeProcess[] = [];
let placing: RunningNode;
let receiving: RunningNode;
let cpsPort = 0;
const lines: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'oobleck-standstill-'));
  const lab = await writeLab(folder, Date.now());
  cpsPort = Number(new URL(lab.bravo.origin).port);
  for (const [name, { services: configuration }] of Object.entries({ alpha: lab.alpha, bravo: lab.bravo })) {
    const file = join(folder, `${name}-services.json`);
    writeFileSync(file, JSON.stringify(configuration));
    services.push(await startServe(file));
  }
  const log = createEventLog({ destination: { write: (line) => void lines.push(line) } });
  const { rest: _, verification: __, ...calling } = lab.alpha.calls;
  const { rest: ___, authentication: ____, ...called } = lab.bravo.calls;
  receiving = await startNode(called, folder, { log });
  await receiving.called!.renew();
  placing = await startNode(calling, folder, { log });
  await placing.calling!.refresh();
  await placing.calling!.fillWallet();
}, 120_000);
afterAll(async () => {
  await placing?.close();
  await receiving?.close();
  for (const one of services) await one.stop();
  services = [];
  rmSync(folder, { recursive: true, force: true });
});

/** Bytes that lie unread at this machine's sockets to the CPS. */
function unreadBytes(): number {
  const peer = cpsPort.toString(16).toUpperCase().padStart(4, '0');
  return readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , remote]) => remote?.endsWith(`:${peer}`))
    .reduce((sum, [, , , , queues]) => sum + Number.parseInt(queues!.split(':')[1]!, 16), 0);
}

/** Lets what was asked for leave, then does nothing at all until the answer lies there, and for longer than anybody waits. */
async function standStill(asked: Promise<unknown> | object): Promise<void> {
  let isThere = false;
  void Promise.resolve(asked).then(() => {
    isThere = true;
  });
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
  if (isThere) return; // nothing is left to be late
  const sinceMs = performance.now();
  for (let [bytes, steadyMs] = [0, sinceMs]; ; ) {
    const nowMs = performance.now();
    if (nowMs - sinceMs > LONGEST_MS) return;
    if (bytes > 0 && nowMs - steadyMs > STEADY_MS && nowMs - sinceMs > STANDSTILL_MS) return;
    const now = unreadBytes();
    if (now !== bytes) [bytes, steadyMs] = [now, nowMs];
  }
}

function place(called: string) {
  const trunk = placing.switches.trunks.ofTenant('alpha', 'outgoing');
  return placing.switches.path.place({
    trunk,
    callId: randomUUID(),
    caller: CALLER,
    called,
    attestation: 'A',
  });
}

function receive(called: string) {
  const trunk = receiving.switches.trunks.ofTenant('bravo', 'incoming');
  return receiving.switches.path.receive({ trunk, callId: randomUUID(), caller: CALLER, called });
}

const numberOf = (at: number): string => `+${12155000101 + at}`;

// Linux tells what lies unread.
it.runIf(existsSync('/proc/net/tcp'))(
  'deposits and retrievals that were answered meanwhile are answered, and nobody is given up',
  async () => {
    // Connections are there, chains are known.
    expect(await place(numberOf(0))).toMatchObject({ reason: 'signed' });
    await expect
      .poll(
        async () => {
          const called = numberOf(0);
          await place(called);
          return (await receive(called)).reason;
        },
        { timeout: 20_000 },
      )
      .toBe('verified');
    for (let at = 1; at <= CALLS; at++) {
      const placed = place(numberOf(at));
      await standStill(placed);
      expect(await placed).toMatchObject({ reason: 'signed', outOfBand: 'stored' });
      const received = receive(numberOf(at));
      await standStill(received);
      expect(await received).toMatchObject({ reason: 'verified' });
    }
    expect(lines.filter((line) => /peer-suspended|trunk-suspended/.test(line))).toEqual([]);
  },
  90_000,
);
