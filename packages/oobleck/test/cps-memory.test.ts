// The adversary owns the machine of a CPS: while 100 calls are placed and verified through it, and their blobs still
// lie there, nothing in its memory, its store (which is memory here) or its log tells who called (RFC 8816 Section 6).

import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseTelephoneNumber } from '@oobleck/stir/number';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Lab, writeLab } from '../src/lab/index.ts';
import { createEventLog } from '../src/operate/index.ts';
import { type RunningNode, startNode } from '../src/wiring/index.ts';
import { findInMemory } from './process-memory.ts';
import { type ServeProcess, startServe } from './serve-process.ts';

const CALLS = 100;
const WINDOW = 24;

let folder: string;
let lab: Lab;
let cps: ServeProcess;
let nodes: RunningNode[] = [];
let alpha: RunningNode;
let bravo: RunningNode;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'oobleck-cps-'));
  lab = await writeLab(folder, Date.now());
  const configuration = JSON.parse(readFileSync(lab.bravo.servicesFile, 'utf8'));
  writeFileSync(lab.bravo.servicesFile, JSON.stringify({ ...configuration, log: { level: 'debug' } }));
  cps = await startServe(lab.bravo.servicesFile);
  const log = createEventLog({ level: 'silent' });
  const services = await startNode(lab.alpha.services, folder, { log });
  // What is looked for is in memory, however slow the machine.
  const patient = { deadlineMs: 10_000 };
  const authentication = { ...lab.alpha.calls.authentication!, ...patient };
  const verification = { ...lab.bravo.calls.verification!, ...patient };
  alpha = await startNode({ ...lab.alpha.calls, authentication }, folder, { log });
  bravo = await startNode({ ...lab.bravo.calls, verification }, folder, { log });
  nodes = [alpha, bravo, services];
  await bravo.called!.renew();
  await alpha.calling!.refresh();
});

afterAll(async () => {
  for (const node of nodes) await node.close();
  await cps?.stop();
  rmSync(folder, { recursive: true, force: true });
});

it('S-06: a CPS that carried 100 calls holds no calling or called number, no signature and nothing around orig', async () => {
  const passports: string[] = [];
  for (let i = 0; i < CALLS; i++) passports.push(await placeAndVerify(i));
  const callers = passports.map((_, i) => Buffer.from(callerOf(i)));
  const calledNumbers = passports.map((_, i) => Buffer.from(calledOf(i)));
  const signatures = passports.flatMap((token) => {
    const text = token.split('.')[2]!;
    return [Buffer.from(text), Buffer.from(text, 'base64url')];
  });
  const windows = passports.flatMap((token) => [...decodedWindows(token), ...encodedWindows(token)]);
  expect(windows.length).toBeGreaterThan(CALLS * 40);

  const mark = Buffer.from(`${lab.bravo.origin}`);
  expect(findInMemory(cps.pid, [mark]), 'the search finds what is there').toEqual([mark]);
  expect(findInMemory(process.pid, callers).length, 'and finds callers where they are').toBe(CALLS);

  const found = findInMemory(cps.pid, [...callers, ...calledNumbers, ...signatures, ...windows]);
  expect(found.map(String)).toEqual([]);
  const log = Buffer.from(cps.output());
  expect([...callers, ...signatures, ...windows].filter((needle) => log.includes(needle))).toEqual([]);
}, 180_000);

function callerOf(i: number): string {
  return String(12025551000 + 7 * i);
}

/** Not the first of the range that a key credential, which is public, names. */
function calledOf(i: number): string {
  return String(12155100001 + i);
}

/** @returns the PASSporT, after the call was verified through the CPS */
async function placeAndVerify(i: number): Promise<string> {
  const caller = parseTelephoneNumber(callerOf(i));
  const called = parseTelephoneNumber(calledOf(i));
  const now = Math.floor(Date.now() / 1000);
  const placed = await alpha.calling!.service.authenticate({
    tenant: 'alpha',
    callId: randomUUID(),
    originator: caller,
    destinations: [called],
    placedAt: now,
    shaken: { attestation: 'A', originationId: randomUUID() },
  });
  const arrived = {
    tenant: 'bravo',
    callId: randomUUID(),
    caller,
    called: [called],
    formerlyCalled: [],
    arrivedAt: now,
  };
  const { verstat } = await bravo.called!.service.verify(arrived, []);
  expect({ signed: placed.signed, verstat }).toEqual({ signed: true, verstat: 'TN-Validation-Passed' });
  return placed.signed ? placed.passport : '';
}

/** Every window of the payload's JSON that holds `orig` (and so also each that holds `origid`). */
function decodedWindows(token: string): Buffer[] {
  const payload = Buffer.from(token.split('.')[1]!, 'base64url');
  return windowsOf(payload).filter((window) => window.includes('orig'));
}

/** The same of its base64url: every window under which the four letters lie whole. */
function encodedWindows(token: string): Buffer[] {
  const text = Buffer.from(token.split('.')[1]!);
  const payload = Buffer.from(token.split('.')[1]!, 'base64url');
  return windowsOf(text).filter((_, start) => {
    const [first, last] = [Math.ceil((start * 6) / 8), Math.floor(((start + WINDOW) * 6) / 8)];
    return payload.subarray(first, last).includes('orig');
  });
}

function windowsOf(bytes: Buffer): Buffer[] {
  return Array.from({ length: bytes.length - WINDOW + 1 }, (_, at) => bytes.subarray(at, at + WINDOW));
}
