// One call by way of a CPS, both of its ends in this page: the caller's side signs, seals and deposits; the called side
// retrieves, opens and judges, with its own key and its own trust anchor.

import { parseCertificate, validatePath } from '@oobleck/stir/certificate';
import { type KeyCredentialClaims, selectKeys, signKeyCredential } from '@oobleck/stir/credential';
import type { AgreementKey } from '@oobleck/stir/crypto';
import { addressOf, DEFAULT_LIFETIME, type MailboxForm } from '@oobleck/stir/mailbox';
import { parseTelephoneNumber, parseTnEntry } from '@oobleck/stir/number';
import { createPassportSigner } from '@oobleck/stir/passport';
import { sealDeposits, signCall } from '@oobleck/stir/placement';
import { createPassportSealer, createReplySealer, type Envelope, SUITE_X25519 } from '@oobleck/stir/seal';
import {
  judgeSigner,
  matchCall,
  notVerified,
  readPassport,
  type Verdict,
  verifiedBy,
} from '@oobleck/stir/verdict';
import {
  crypto,
  type LabDescription,
  nowSeconds,
  type Party,
  readCertificates,
  readParty,
} from './parties.ts';
import { deposit, drawToken, readMirror, register, retrieve } from './services.ts';

export interface CallReport {
  readonly registered: number;
  /** Blobs in the mailbox before anybody called. */
  readonly before: number;
  readonly keys: number;
  readonly deposited: number;
  readonly spentTwice: number;
  readonly verdict: Told;
  /** The same PASSporT, presented by another number. */
  readonly forged: Told;
}

interface Told {
  readonly verstat: string;
  readonly reason: string;
  readonly authority?: string;
  readonly attestation?: string;
}

interface Mailbox {
  readonly key: AgreementKey;
  readonly form: MailboxForm;
}

const sealer = createPassportSealer(crypto);
const replies = createReplySealer(crypto);

export async function placeAndVerify(lab: LabDescription): Promise<CallReport> {
  const [caller, called] = [readParty(lab.caller), readParty(lab.called)];
  const mailbox = createMailbox();
  const registered = await register(lab.origin, credentialOf(called, mailbox, lab.origin));
  const before = (await openMailbox(lab, called, mailbox)).length;

  const number = parseTelephoneNumber(called.number);
  const mirror = await readMirror(lab.origin, readCertificates(lab.anchorPem));
  const keys = selectKeys(mirror.credentials, number, undefined);
  const envelope = { passports: [sign(lab, caller, called)], chain: caller.chain.map(({ der }) => der) };
  const order = { envelope, called: number, keys, lifetimeSeconds: DEFAULT_LIFETIME };
  const [first, second] = [0, 1].map(() => sealDeposits({ crypto, sealer }, order)[0]!);
  const token = await drawToken(lab.origin, caller, mirror);
  const deposited = await deposit(lab.origin, first!, token);
  const spentTwice = await deposit(lab.origin, second!, token);

  const [found] = await openMailbox(lab, called, mailbox);
  const told = (presented: string): Told => tell(judge(lab, found!, presented, called));
  const verdict = told(caller.number);
  return {
    registered,
    before,
    keys: keys.length,
    deposited,
    spentTwice,
    verdict,
    forged: told('14045550101'),
  };
}

function createMailbox(): Mailbox {
  const key = crypto.generateAgreementKey();
  const form = { suite: SUITE_X25519, publicKey: key.publicKey, shards: 1, replyBytes: 16_384 };
  return { key, form };
}

function credentialOf({ chain, key, number }: Party, { form }: Mailbox, cps: string): string {
  const issuedAt = nowSeconds();
  const claims: KeyCredentialClaims = {
    issuedAt,
    expiresAt: issuedAt + 3_600,
    entries: [parseTnEntry(`2-${number}`)],
    form,
    cps: [cps],
    pages: 1,
    stake: 0,
    only: true,
  };
  return signKeyCredential(claims, chain, key);
}

function sign({ certificateUrl }: LabDescription, caller: Party, called: Party): string {
  const outcome = signCall(
    {
      signer: createPassportSigner(caller.key, certificateUrl),
      certificate: caller.chain[0]!,
      allowedNumbers: 'any',
      highestAttestation: 'A',
    },
    {
      tenant: 'page',
      callId: 'one',
      originator: parseTelephoneNumber(caller.number),
      destinations: [parseTelephoneNumber(called.number)],
      placedAt: nowSeconds(),
      shaken: { attestation: 'A', originationId: '4aec94e2-508c-4c1c-907b-3737bac0a80e' },
    },
    'one',
  );
  if (!outcome.signed) throw new Error(outcome.reason);
  return outcome.call.passport;
}

async function openMailbox(lab: LabDescription, called: Party, { key, form }: Mailbox): Promise<Envelope[]> {
  const address = addressOf(crypto, form, parseTelephoneNumber(called.number));
  const nonce = crypto.randomBytes(16);
  const sealed = await retrieve(lab.origin, address, nonce);
  const reply = replies.open(key, { address, nonce, page: 0 }, sealed);
  if (reply === undefined) throw new Error('the reply does not open');
  return reply.items.flatMap(({ blob }) => sealer.open(key, address, blob) ?? []);
}

function judge(lab: LabDescription, envelope: Envelope, presented: string, called: Party): Verdict {
  const read = readPassport(envelope.passports[0]!);
  if ('fault' in read) return notVerified(read.fault);
  const at = nowSeconds();
  const rules = { crypto, freshnessSeconds: 60 };
  const call = {
    tenant: 'page',
    callId: 'one',
    caller: parseTelephoneNumber(presented),
    called: [parseTelephoneNumber(called.number)],
    formerlyCalled: [],
    arrivedAt: at,
  };
  const fault = matchCall(read.value, call, rules, at);
  if (fault !== undefined) return notVerified(fault, 'out-of-band');
  const chain = (envelope.chain ?? []).map(parseCertificate);
  const path = validatePath({ chain, anchors: readCertificates(lab.anchorPem), at, crypto });
  const judged = judgeSigner(read.value, { path }, 'out-of-band', rules);
  return 'fault' in judged ? notVerified(judged.fault, 'out-of-band') : verifiedBy(judged.value);
}

function tell({ verstat, reason, authority, attestation }: Verdict): Told {
  return {
    verstat,
    reason,
    ...(authority === undefined ? {} : { authority }),
    ...(attestation === undefined ? {} : { attestation }),
  };
}
