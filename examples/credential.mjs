// A key credential: the called party's encryption key, bound to its STIR certificate. Whoever uses it judges it alone.

import { judgeKeyCredential, parseKeyCredential, signKeyCredential } from '@oobleck/stir/credential';
import { formatTnEntry, parseTnEntry } from '@oobleck/stir/number';
import { SUITE_X25519 } from '@oobleck/stir/seal';
import { anchors, chain, crypto, key, NOW } from './carrier.mjs';

const { publicKey } = crypto.generateAgreementKey();
const text = signKeyCredential(
  {
    issuedAt: NOW,
    expiresAt: NOW + 86_400,
    entries: ['2-12155550123', '2-13035550123'].map(parseTnEntry),
    form: { suite: SUITE_X25519, publicKey, shards: 1, replyBytes: 16_384 },
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
console.log(judgement.value.entries.map(formatTnEntry)); // the other number is not the signer's
const late = judgeKeyCredential({ crypto, anchors }, parseKeyCredential(text), NOW + 86_400);
console.log(late.accepted || late.reason);

// Prints:
// [ '2-12155550123' ]
// expired
