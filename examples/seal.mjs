// A PASSporT sealed to the called party's key (HPKE, RFC 9180): always of one size, opened by the key's holder only.

import { createPortableCrypto } from '@oobleck/stir/crypto';
import { addressOf } from '@oobleck/stir/mailbox';
import { parseTelephoneNumber } from '@oobleck/stir/number';
import { createPassportSealer, SUITE_X25519 } from '@oobleck/stir/seal';

const crypto = createPortableCrypto();
const key = crypto.generateAgreementKey();
const form = { suite: SUITE_X25519, publicKey: key.publicKey, shards: 1, replyBytes: 16_384 };
const address = addressOf(crypto, form, parseTelephoneNumber('13035550123'));

const sealer = createPassportSealer(crypto);
const blob = sealer.seal(key.publicKey, address, { passports: ['eyJh.eyJk.c2ln'] });
console.log(blob.length, sealer.open(key, address, blob)?.passports);
console.log(sealer.open(crypto.generateAgreementKey(), address, blob));

// Prints:
// 2048 [ 'eyJh.eyJk.c2ln' ]
// undefined
