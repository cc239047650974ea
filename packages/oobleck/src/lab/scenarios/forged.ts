// Calls and deposits by people who are not who they say. Out of band they change nothing; in band they are found out.

import { randomUUID } from 'node:crypto';
import { formatIdentity } from '@oobleck/stir/identity';
import { parseTelephoneNumber, parseTnEntry } from '@oobleck/stir/number';
import { createPassportSigner } from '@oobleck/stir/passport';
import { createNodeCrypto } from '../../crypto/index.ts';
import { createLabAuthority } from '../pki.ts';
import type { RunningLab } from '../running-lab.ts';
import {
  ASKED,
  alphaCall,
  answered,
  arrive,
  CPS_SIGHT,
  conclude,
  DIALLED,
  now,
  overTdm,
  REPLIED,
  RETRIEVED,
  type Scenario,
  SIGNED,
  type Step,
  sign,
} from './scenario.ts';

const LEFT: Step = { from: 'caller', to: 'CPS', what: 'a stranger’s blob, with its token' };
const UNVERIFIED = [DIALLED, ASKED, RETRIEVED, REPLIED, answered('No-TN-Validation')];

/** A PASSporT for somebody else's number, signed by the stranger. */
function forge({ stranger, lab }: RunningLab, caller: string, called: string): string {
  const signer = createPassportSigner(stranger.key, `${lab.alpha.origin}/certificates/alpha.pem`);
  return signer.signShaken(
    {
      originator: parseTelephoneNumber(caller),
      destinations: [parseTelephoneNumber(called)],
      issuedAt: now(),
    },
    { attestation: 'A', originationId: randomUUID() },
  );
}

function chainOf({ stranger }: RunningLab): readonly Uint8Array[] {
  return stranger.chain.map(({ der }) => der);
}

/** Of 256 shards the one that is read may by chance hold what another scenario left: that is about another caller. */
const FOUND_NOTHING: ReadonlySet<string> = new Set(['no-passport', 'caller-mismatch']);

export const spoofed: Scenario = async (lab) => {
  const timed = await arrive(lab, { caller: '12025550103', called: '12155000103' });
  return conclude(
    {
      scenario: 'spoofed',
      story: 'Somebody calls with Alpha’s number; nobody ever signed that call.',
      expected: 'No-TN-Validation',
      steps: UNVERIFIED,
      sights: ['CPS: a shard was read; whether anything was in it, the reply does not show'],
    },
    timed,
  );
};

export const forgedOutOfBand: Scenario = async (lab) => {
  const caller = '12025550104';
  const called = '12155000104';
  const deposit = lab.stranger.seal(
    { passports: [forge(lab, caller, called)], chain: chainOf(lab) },
    parseTelephoneNumber(called),
  );
  const answer = await lab.stranger.send(deposit);
  const timed = await arrive(lab, { caller, called });
  return conclude(
    {
      scenario: 'forged-oob',
      story:
        'A stranger deposits a PASSporT for Alpha’s number, signed with a certificate that has no authority for it.',
      expected: 'No-TN-Validation',
      holds: answer === 'stored' && timed.verdict.reason === 'no-authority',
      steps: [LEFT, ...UNVERIFIED],
      sights: [CPS_SIGHT, 'VS: a PASSporT without authority; the call is not failed by it'],
    },
    timed,
  );
};

export const forgedInBand: Scenario = async (lab) => {
  const caller = '12025550105';
  const called = '12155000105';
  const token = forge(lab, caller, called);
  const info = `${lab.lab.alpha.origin}/certificates/alpha.pem`;
  const identity = formatIdentity({ token, info, algorithm: 'ES256', ppt: 'shaken' });
  const timed = await arrive(lab, { caller, called }, { identities: [identity] });
  return conclude(
    {
      scenario: 'forged-in-band',
      story: 'A stranger sends an INVITE with an Identity header that names Alpha’s certificate.',
      expected: 'TN-Validation-Failed',
      holds: timed.verdict.reason === 'bad-signature',
      steps: [
        { from: 'caller', to: 'callee', what: 'SIP: INVITE with a forged Identity' },
        ASKED,
        RETRIEVED,
        REPLIED,
        answered('TN-Validation-Failed'),
      ],
      sights: ['CPS: a shard was read: out of band could still have improved the verdict'],
    },
    timed,
  );
};

export const besideJunk: Scenario = async (lab) => {
  const call = alphaCall('12025550106', '17035550100');
  const [called] = call.destinations;
  const junk = Array.from({ length: 10 }, (_, i) =>
    lab.stranger.seal({ passports: [forge(lab, `1202555020${i}`, called!)], chain: chainOf(lab) }, called!),
  );
  const answers = await Promise.all(junk.map((deposit) => lab.stranger.send(deposit)));
  await sign(lab, call);
  const timed = await overTdm(lab, call);
  return conclude(
    {
      scenario: 'beside-junk',
      story: 'Ten forged blobs lie beside the genuine one; both pages of the mailbox are asked for.',
      expected: 'TN-Validation-Passed',
      holds: answers.every((answer) => answer === 'stored'),
      steps: [
        { from: 'caller', to: 'CPS', what: 'ten blobs of a stranger' },
        SIGNED,
        { from: 'AS', to: 'CPS', what: 'sealed PASSporT, 2048 bytes' },
        DIALLED,
        ASKED,
        { from: 'VS', to: 'CPS', what: 'mailbox, nonce, pages 0 and 1' },
        { from: 'CPS', to: 'VS', what: 'two sealed replies' },
        answered('TN-Validation-Passed, attest A'),
      ],
      sights: ['CPS: eleven blobs of one length; it cannot tell which is whose'],
    },
    timed,
  );
};

export const wrongCallee: Scenario = async (lab) => {
  const caller = '12025550107';
  const meant = parseTelephoneNumber('17035550101');
  const other = parseTelephoneNumber('12155000107');
  // Alpha's own signature over a call to `other`: were it only for the PASSporT, the call would be verified.
  const signer = createPassportSigner(lab.insider.key, `${lab.lab.alpha.origin}/certificates/alpha.pem`);
  const passport = signer.signShaken(
    { originator: parseTelephoneNumber(caller), destinations: [other], issuedAt: now() },
    { attestation: 'A', originationId: randomUUID() },
  );
  const envelope = { passports: [passport], chain: lab.insider.chain.map(({ der }) => der) };
  const moved = { ...lab.insider.seal(envelope, meant), address: lab.insider.seal(envelope, other).address };
  const answer = await lab.insider.send(moved);
  const timed = await arrive(lab, { caller, called: other });
  return conclude(
    {
      scenario: 'wrong-callee',
      story: 'A blob sealed for one mailbox is put into another: it does not open there.',
      expected: 'No-TN-Validation',
      holds: answer === 'stored' && FOUND_NOTHING.has(timed.verdict.reason),
      steps: [{ from: 'caller', to: 'CPS', what: 'a blob sealed for elsewhere' }, ...UNVERIFIED],
      sights: [CPS_SIGHT, 'VS: a blob that does not open'],
    },
    timed,
  );
};

export const stale: Scenario = async (lab) => {
  const call = alphaCall('12025550108', '12155000108', now() - 61);
  await sign(lab, call);
  const timed = await overTdm(lab, call);
  return conclude(
    {
      scenario: 'stale',
      story: 'The clock of Alpha’s authentication service is 61 seconds slow.',
      expected: 'No-TN-Validation',
      holds: timed.verdict.reason === 'stale',
      steps: [SIGNED, { from: 'AS', to: 'CPS', what: 'a PASSporT of 61 s ago' }, ...UNVERIFIED],
      sights: [CPS_SIGHT],
    },
    timed,
  );
};

export const untrustedCa: Scenario = async (lab) => {
  const caller = '12025550109';
  const called = parseTelephoneNumber('12155000109');
  const authority = await createLabAuthority({ nowMs: Date.now(), subject: 'Nobody’s Own' });
  const leaf = await authority.issueLeaf({
    entries: [parseTnEntry('0-1234')],
    commonName: 'SHAKEN 1234',
    organization: 'Nobody',
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 3_600_000),
  });
  const key = createNodeCrypto().importSigningKey(leaf.privateKeyPkcs8);
  const passport = createPassportSigner(key, `${lab.alpha.origin}/certificates/alpha.pem`).signShaken(
    { originator: parseTelephoneNumber(caller), destinations: [called], issuedAt: now() },
    { attestation: 'A', originationId: randomUUID() },
  );
  await lab.stranger.send(lab.stranger.seal({ passports: [passport], chain: leaf.chain }, called));
  const timed = await arrive(lab, { caller, called });
  return conclude(
    {
      scenario: 'untrusted-ca',
      story: 'A PASSporT signed under a certification authority that nobody trusts.',
      expected: 'No-TN-Validation',
      holds: timed.verdict.reason === 'certificate-untrusted',
      steps: [LEFT, ...UNVERIFIED],
      sights: [CPS_SIGHT, 'VS: a chain that leads to no anchor'],
    },
    timed,
  );
};
