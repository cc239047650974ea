// A certificate is revoked whose holder has registered keys: a directory and CPS take it no more, and a client that knew
// the key seals nothing to it any longer. Whole nodes, over HTTPS on loopback; STI-PA's CRL comes from a URL.

import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseCertificate, parsePem } from '@oobleck/stir/certificate';
import { addressOf } from '@oobleck/stir/mailbox';
import { parseTelephoneNumber } from '@oobleck/stir/number';
import { createReplySealer } from '@oobleck/stir/seal';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createNodeCrypto } from '../src/crypto/index.ts';
import { createReplySource } from '../src/http/clients/index.ts';
import { type Lab, writeLab } from '../src/lab/index.ts';
import { createEventLog } from '../src/operate/index.ts';
import type { OwnKey } from '../src/verification/index.ts';
import { type Configuration, type RunningNode, startNode } from '../src/wiring/index.ts';
import { createPolicyAdministrator, type PolicyAdministrator } from './policy-administrator.ts';

const crypto = createNodeCrypto();
const log = createEventLog({ level: 'silent' });
/** Of the certificate that is revoked, and of the one that is not. */
const OF_RANGE = parseTelephoneNumber('12155000101');
const OF_CALL_CENTRE = parseTelephoneNumber('17035550100');
let folder: string;
let lab: Lab;
let administrator: PolicyAdministrator;
let revoked: Uint8Array;
const nodes: RunningNode[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'oobleck-revoked-'));
  lab = await writeLab(folder, Date.now());
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  revoked = parsePem(read('bravo-range.pem'))[0]!;
  administrator = await createPolicyAdministrator({ cert: read('tls.pem'), key: read('tls.key') });
  writeFileSync(join(folder, 'sti-pa.pem'), administrator.signerPem);
});
afterEach(async () => {
  for (const node of nodes.splice(0).reverse()) await node.close();
});
afterAll(async () => {
  await administrator.close();
  rmSync(folder, { recursive: true, force: true });
});

async function start(configuration: Configuration): Promise<RunningNode> {
  const node = await startNode(structuredClone(configuration), folder, { log });
  nodes.push(node);
  return node;
}

/** The same, looking at a CRL that is given out only when `reveal` is called. */
function watching(configuration: Configuration) {
  const list = Promise.withResolvers<Uint8Array>();
  const path = `/${randomUUID()}.crl`;
  administrator.serve(path, list.promise);
  const crls = [{ url: `${administrator.origin}${path}`, issuerFile: 'sti-pa.pem' }];
  return {
    configuration: { ...configuration, trust: { ...configuration.trust, crls } },
    async reveal({ environment }: RunningNode): Promise<void> {
      const certificate = parseCertificate(revoked);
      expect(environment.isRevoked(certificate)).toBe(false);
      list.resolve(administrator.crl([revoked]));
      await expect.poll(() => environment.isRevoked(certificate), { timeout: 20_000 }).toBe(true);
    },
  };
}

async function callTo(alpha: RunningNode, called: typeof OF_RANGE) {
  const outcome = await alpha.calling!.service.authenticate({
    tenant: 'alpha',
    callId: randomUUID(),
    originator: parseTelephoneNumber('12025550101'),
    destinations: [called],
    placedAt: Math.floor(Date.now() / 1000),
    shaken: { attestation: 'A', originationId: randomUUID() },
  });
  if (!outcome.signed) throw new Error(outcome.reason);
  return outcome.outOfBand;
}

it('a client that mirrored the key seals nothing to it any more, and goes on with others', async () => {
  await start(lab.alpha.services);
  await start(lab.bravo.services);
  const bravo = await start(lab.bravo.calls);
  expect(await bravo.called!.renew()).toBe(true);
  const { configuration, reveal } = watching(lab.alpha.calls);
  const slow = { ...configuration.authentication!, deadlineMs: 5_000 };
  const alpha = await start({ ...configuration, authentication: slow });
  await alpha.calling!.refresh();
  expect([await callTo(alpha, OF_RANGE), await callTo(alpha, OF_CALL_CENTRE)]).toEqual(['stored', 'stored']);
  await reveal(alpha);
  await alpha.calling!.refresh();
  expect([await callTo(alpha, OF_RANGE), await callTo(alpha, OF_CALL_CENTRE)]).toEqual(['no-key', 'stored']);
});

it('a directory and its CPS take no key of the holder any more, and those of others', async () => {
  const { configuration, reveal } = watching(lab.bravo.services);
  const services = await start(configuration);
  await reveal(services);
  // Keys of its own: none is there already.
  const mailboxes = lab.bravo.calls.verification!.mailboxes.map(({ mailboxKeyFile: _, ...one }) => one);
  const bravo = await start({ ...lab.bravo.calls, verification: { mailboxes } });
  expect(await bravo.called!.renew()).toBe(false);

  const { body } = await services.environment.clients.lookups.request({
    method: 'GET',
    url: `${lab.bravo.origin}/credentials?since=0`,
    deadlineMs: 5_000,
    maxResponseBytes: 1_000_000,
  });
  const lines = Buffer.from(body)
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const claims = lines
    .filter(({ jws }) => jws !== undefined)
    .map(({ jws }) => JSON.parse(Buffer.from(jws.split('.')[1], 'base64url').toString()));
  expect(claims.map(({ tn }) => tn)).toEqual([['2-17035550100', '2-17035550101']]);

  // And its mailbox is none that the CPS knows: what it answers is sealed to nobody.
  const sealer = createReplySealer(crypto);
  const replies = createReplySource(services.environment.clients.lookups);
  const opensReply = async (number: typeof OF_RANGE): Promise<boolean> => {
    const [{ form, agreement }] = bravo.called!.keys.keysFor(number, 'bravo') as [OwnKey];
    const question = { address: addressOf(crypto, form, number), page: 0, nonce: crypto.randomBytes(16) };
    const { replyBytes } = form;
    const sealed = await replies.fetchReply({
      ...question,
      cps: lab.bravo.origin,
      replyBytes,
      deadlineMs: 5_000,
    });
    return sealer.open(agreement, question, sealed) !== undefined;
  };
  expect([await opensReply(OF_RANGE), await opensReply(OF_CALL_CENTRE)]).toEqual([false, true]);
});
