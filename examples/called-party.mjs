// The called party of the examples: its key, and the credential by which callers know it.

import { judgeKeyCredential, parseKeyCredential, signKeyCredential } from '@oobleck/stir/credential';
import { parseTelephoneNumber, parseTnEntry } from '@oobleck/stir/number';
import { SUITE_X25519 } from '@oobleck/stir/seal';
import { anchors, chain, crypto, key, NOW } from './carrier.mjs';

export const called = parseTelephoneNumber('12155550199');
export const mailboxKey = crypto.generateAgreementKey();

const text = signKeyCredential(
  {
    issuedAt: NOW,
    expiresAt: NOW + 86_400,
    entries: [parseTnEntry(`2-${called}`)],
    form: { suite: SUITE_X25519, publicKey: mailboxKey.publicKey, shards: 1, replyBytes: 16_384 },
    cps: ['https://cps.example.net'],
    pages: 1,
    stake: 0,
    only: true,
  },
  chain,
  key,
);
const judgement = judgeKeyCredential({ crypto, anchors }, parseKeyCredential(text), NOW);
if (!judgement.accepted) throw new Error(judgement.reason);
export const accepted = judgement.value;
