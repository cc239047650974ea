// `verification.divertedMaximumAgeSeconds`, from a configuration to the verdict on a call that was transferred long
// after it was placed (RFC 8946 Section 4.2, step 4).

import { createPrivateKey, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parsePem } from '@oobleck/stir/certificate';
import { formatIdentity } from '@oobleck/stir/identity';
import { parseTelephoneNumber } from '@oobleck/stir/number';
import { createPassportSigner, divert, type PassportSigner, parsePassport } from '@oobleck/stir/passport';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createNodeCrypto } from '../src/crypto/index.ts';
import { type Lab, writeLab } from '../src/lab/index.ts';
import { createEventLog, parseConfiguration } from '../src/operate/index.ts';
import { CONFIGURATION, type Configuration, startNode } from '../src/wiring/index.ts';

const X5U = 'https://certificates.example.net/signer.pem';
const CALLER = parseTelephoneNumber('12025550101');
const FIRST = parseTelephoneNumber('17035550100');
const CALLED = parseTelephoneNumber('17035550101');
const now = Math.floor(Date.now() / 1000);
let folder: string;
let lab: Lab;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'oobleck-diverted-'));
  lab = await writeLab(folder, Date.now());
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function signerOf(name: string): PassportSigner {
  const key = createPrivateKey(readFileSync(join(folder, `${name}.key`)));
  const pkcs8 = new Uint8Array(key.export({ format: 'der', type: 'pkcs8' }));
  const chain = parsePem(readFileSync(join(folder, `${name}.pem`), 'utf8'));
  return createPassportSigner(createNodeCrypto().importSigningKey(pkcs8), X5U, { chain });
}

/** A call placed so long ago, and transferred now by the one who was called. */
function transferred(secondsAgo: number): readonly string[] {
  const original = signerOf('alpha').signShaken(
    { originator: CALLER, destinations: [FIRST], issuedAt: now - secondsAgo },
    { attestation: 'A', originationId: randomUUID() },
  );
  const [from, to] = [FIRST, CALLED].map((number) => ({ kind: 'tn' as const, number }));
  const statement = divert(parsePassport(original), {
    from: from!,
    to: to!,
    extension: 'div',
    issuedAt: now,
  });
  const diversion = signerOf('call-centre').sign(statement!);
  return [
    formatIdentity({ token: diversion, info: X5U, algorithm: 'ES256', ppt: 'div' }),
    formatIdentity({ token: original, info: X5U, algorithm: 'ES256', ppt: 'shaken' }),
  ];
}

async function verdictOn(secondsAgo: number, more: Partial<NonNullable<Configuration['verification']>>) {
  const { authentication: _, rest: __, ...calls } = structuredClone(lab.bravo.calls) as Configuration;
  const verification = { ...calls.verification!, deadlineMs: 100, ...more };
  const node = await startNode({ ...calls, verification }, folder, {
    log: createEventLog({ level: 'silent' }),
  });
  try {
    return await node.called!.service.verify(
      {
        tenant: 'bravo',
        callId: randomUUID(),
        caller: CALLER,
        called: [CALLED],
        formerlyCalled: [],
        arrivedAt: now,
      },
      transferred(secondsAgo),
    );
  } finally {
    await node.close();
  }
}

it('by default the PASSporT of a diverted call has to be as fresh as any', async () => {
  expect(await verdictOn(0, {})).toMatchObject({ reason: 'verified', channel: 'in-band' });
  expect(await verdictOn(600, {})).toMatchObject({ status: 'failed', reason: 'stale' });
});

it('configured, it may be as old as that, and no older', async () => {
  const configured = { divertedMaximumAgeSeconds: 900 };
  expect(await verdictOn(600, configured)).toMatchObject({ reason: 'verified', attestation: 'A' });
  expect(await verdictOn(1_200, configured)).toMatchObject({ status: 'failed', reason: 'stale' });
});

it('is at most three hours', () => {
  const read = (divertedMaximumAgeSeconds: unknown) =>
    parseConfiguration(
      JSON.stringify({ trust: {}, verification: { mailboxes: [], divertedMaximumAgeSeconds } }),
      CONFIGURATION,
    );
  expect(read(10_800)).toMatchObject({ verification: { divertedMaximumAgeSeconds: 10_800 } });
  for (const refused of [0, 10_801, 1.5, '60'])
    expect(() => read(refused)).toThrow(
      expect.objectContaining({
        faults: ['verification.divertedMaximumAgeSeconds: expected an integer from 1 to 10800'],
      }),
    );
});
