// What a whole `oobleck serve` process makes of STI-PA's lists from URLs: it trusts by them, forgets nothing over a
// restart, and a host that is hostile or away neither changes its trust nor holds it up.

import { createPrivateKey, randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parsePem } from '@oobleck/stir/certificate';
import { formatIdentity } from '@oobleck/stir/identity';
import { parseTelephoneNumber, parseTnEntry } from '@oobleck/stir/number';
import { createPassportSigner, type PassportSigner } from '@oobleck/stir/passport';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNodeCrypto } from '../src/crypto/index.ts';
import { type Lab, writeLab } from '../src/lab/index.ts';
import { createLabAuthority, type LabAuthority } from '../src/lab/pki.ts';
import type { Configuration } from '../src/wiring/index.ts';
import { createPolicyAdministrator, type PolicyAdministrator } from './policy-administrator.ts';
import { type ServeProcess, startServe } from './serve-process.ts';

const CALLER = '12025550101';
const CALLED = '12155000101';
const X5U = 'https://certificates.example.net/signer.pem';
let folder: string;
let lab: Lab;
let administrator: PolicyAdministrator;
let stranger: LabAuthority;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'oobleck-serve-trust-'));
  lab = await writeLab(folder, Date.now());
  stranger = await createLabAuthority({ nowMs: Date.now(), subject: 'Another' });
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  administrator = await createPolicyAdministrator({ cert: read('tls.pem'), key: read('tls.key') });
  writeFileSync(join(folder, 'sti-pa.pem'), administrator.signerPem);
});
afterAll(async () => {
  await administrator.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Of the laboratory's authority. */
function alpha(): PassportSigner {
  const key = createPrivateKey(readFileSync(join(folder, 'alpha.key')));
  const chain = parsePem(readFileSync(join(folder, 'alpha.pem'), 'utf8'));
  return signerOf(new Uint8Array(key.export({ format: 'der', type: 'pkcs8' })), chain);
}

async function strange(): Promise<PassportSigner> {
  const { privateKeyPkcs8, chain } = await stranger.issueLeaf({
    entries: [parseTnEntry('0-1234')],
    commonName: 'SHAKEN 1234',
    organization: 'Stranger',
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 3_600_000),
  });
  return signerOf(privateKeyPkcs8, chain);
}

function signerOf(pkcs8: Uint8Array, chain: readonly Uint8Array[]): PassportSigner {
  return createPassportSigner(createNodeCrypto().importSigningKey(pkcs8), X5U, { chain });
}

async function running(
  trust: Partial<Configuration['trust']>,
  check: (serve: ServeProcess) => Promise<void>,
) {
  const { authentication: _, ...calls } = structuredClone(lab.bravo.calls) as Configuration;
  const { anchorsFile: __, ...rest } = calls.trust;
  const file = join(folder, `${randomUUID()}.json`);
  writeFileSync(
    file,
    JSON.stringify({ ...calls, verification: { mailboxes: [] }, trust: { ...rest, ...trust } }),
  );
  const serve = await startServe(file);
  try {
    await check(serve);
  } finally {
    expect(await serve.stop()).toBe(0);
  }
}

/** What the process answers about a call that this signer vouches for. */
async function askAbout(signer: PassportSigner): Promise<Record<string, unknown>> {
  const issuedAt = Math.floor(Date.now() / 1000);
  const token = signer.signShaken(
    { originator: parseTelephoneNumber(CALLER), destinations: [parseTelephoneNumber(CALLED)], issuedAt },
    { attestation: 'A', originationId: randomUUID() },
  );
  const response = await fetch(`http://127.0.0.1:${lab.bravo.restPort}/stir/v1/verification`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      verificationRequest: {
        from: { tn: CALLER },
        to: { tn: [CALLED] },
        time: issuedAt,
        identity: formatIdentity({ token, info: X5U, algorithm: 'ES256', ppt: 'shaken' }),
      },
    }),
  });
  const { verificationResponse } = (await response.json()) as {
    verificationResponse: Record<string, unknown>;
  };
  return verificationResponse;
}

const PASSED = { verstat: 'TN-Validation-Passed' };
const untrusted = { reasondesc: expect.stringContaining('certificate-untrusted') };
const revoked = { reasondesc: expect.stringContaining('certificate-revoked') };

/** Asks until the answer is this one; every question is another call. */
const becomes = (signer: PassportSigner, answer: object) =>
  expect.poll(() => askAbout(signer), { timeout: 20_000, interval: 100 }).toMatchObject(answer);
const says = (serve: ServeProcess, text: string | RegExp) =>
  expect.poll(() => serve.output(), { timeout: 20_000, interval: 50 }).toMatch(text);

describe('trust.caList.url', () => {
  const caList = () => ({
    caList: { url: `${administrator.origin}/ca-list`, signerFile: 'sti-pa.pem', stateFolder: 'state' },
  });

  it('nothing is trusted before the first list, and what it names after', async () => {
    administrator.serve('/ca-list', Buffer.from('not found'));
    await running(caList(), async (serve) => {
      await says(serve, /"malformed","event":"ca-list-refused"/);
      expect(await askAbout(alpha())).toMatchObject(untrusted);
    });
    administrator.serve('/ca-list', administrator.caList(8, lab.authority.rootPem));
    await running(caList(), async () => {
      await becomes(alpha(), PASSED);
      expect(await askAbout(await strange())).toMatchObject(untrusted);
    });
    expect(readdirSync(join(folder, 'state'))).toContain('ca-list-0000000000000008.jws');
  });

  it('an older list, signed well, does not come back after a restart', async () => {
    administrator.serve('/ca-list', administrator.caList(7, stranger.rootPem));
    await running(caList(), async (serve) => {
      await says(serve, /"roll-back","event":"ca-list-refused"/);
      expect(await askAbout(await strange())).toMatchObject(untrusted);
      expect(await askAbout(alpha())).toEqual(PASSED);
    });
  });

  it('a newer list that somebody else signed changes nothing', async () => {
    const forged = Buffer.from(administrator.caList(9, stranger.rootPem));
    forged.write(forged.at(-10) === 0x41 ? 'B' : 'A', forged.length - 10);
    administrator.serve('/ca-list', forged);
    await running(caList(), async (serve) => {
      await says(serve, /"bad-signature","event":"ca-list-refused"/);
      expect(await askAbout(await strange())).toMatchObject(untrusted);
      expect(await askAbout(alpha())).toEqual(PASSED);
    });
  });

  it.each([
    ['without end', 'endless' as const],
    ['of 2 MiB', Buffer.alloc(2_097_152, 0x61)],
  ])('an answer %s is cut off, and what was kept counts', async (_, answer) => {
    administrator.serve('/ca-list', answer);
    await running(caList(), async (serve) => {
      await says(serve, /refresh-failed|ca-list-refused/);
      expect(await askAbout(alpha())).toEqual(PASSED);
    });
  });

  it('a host that does not answer holds up neither the start, nor a call, nor the end', async () => {
    administrator.serve('/ca-list', 'silent');
    const before = administrator.asked('/ca-list');
    await running(caList(), async () => {
      await expect.poll(() => administrator.asked('/ca-list'), { timeout: 20_000 }).toBe(before + 1);
      expect(await askAbout(alpha())).toEqual(PASSED);
    });
  });
});

describe('trust.crls', () => {
  const crls = () => ({
    anchorsFile: 'anchors.pem',
    crls: [{ url: `${administrator.origin}/crl`, issuerFile: 'sti-pa.pem' }],
  });
  const leaf = () => parsePem(readFileSync(join(folder, 'alpha.pem'), 'utf8')).slice(0, 1);

  it('whoever is on the list is believed no more, others are', async () => {
    administrator.serve('/crl', administrator.crl(leaf()));
    await running(crls(), async () => {
      await becomes(alpha(), revoked);
    });
    const other = parsePem(readFileSync(join(folder, 'bravo.pem'), 'utf8')).slice(0, 1);
    administrator.serve('/crl', administrator.crl(other));
    await running(crls(), async () => {
      await expect.poll(() => administrator.asked('/crl'), { timeout: 20_000 }).toBeGreaterThan(1);
      expect(await askAbout(alpha())).toEqual(PASSED);
    });
  });

  it.each([
    ['signed by somebody else', () => damaged(administrator.crl(leaf()))],
    ['without end', () => 'endless' as const],
    ['that is no list', () => Buffer.from('-----BEGIN')],
  ])('one %s is said to be stale, and revokes nobody', async (_, make) => {
    administrator.serve('/crl', make());
    await running(crls(), async (serve) => {
      await says(serve, /crl-stale/);
      expect(await askAbout(alpha())).toEqual(PASSED);
    });
  });

  it('a host that does not answer holds up neither the start, nor a call, nor the end', async () => {
    administrator.serve('/crl', 'silent');
    const before = administrator.asked('/crl');
    await running(crls(), async () => {
      await expect.poll(() => administrator.asked('/crl'), { timeout: 20_000 }).toBe(before + 1);
      expect(await askAbout(alpha())).toEqual(PASSED);
    });
  });
});

/** The last byte belongs to the signature. */
function damaged(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(bytes);
  copy[copy.length - 1]! ^= 1;
  return copy;
}
