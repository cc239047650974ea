// Where a call is left for the called party: a mailbox is named by the called party's key and its form, a shard of it
// by the called number.

import { decodeHex, encodeBase64url } from '@oobleck/stir/bytes';
import { createPortableCrypto } from '@oobleck/stir/crypto';
import { addressOf, splitAddress } from '@oobleck/stir/mailbox';
import { parseTelephoneNumber } from '@oobleck/stir/number';
import { SUITE_X25519 } from '@oobleck/stir/seal';

const publicKey = decodeHex('3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d');
const form = { suite: SUITE_X25519, publicKey, shards: 256, replyBytes: 16_384 };
const address = addressOf(createPortableCrypto(), form, parseTelephoneNumber('+1-215-555-1213'));

const { id, shard } = splitAddress(address);
console.log(`/mailboxes/${encodeBase64url(id)}/${shard}/passports`);

// Prints:
// /mailboxes/QlReaGlkfnKhPqkYYVrtFTQ-w8-J6h1xN-07h-XlYO0/198/passports
