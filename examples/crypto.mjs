// The cryptography that everything else is given: synchronous, over prepared keys. This adapter runs anywhere.

import { encodeHex, encodeUtf8 } from '@oobleck/stir/bytes';
import { createPortableCrypto } from '@oobleck/stir/crypto';

const crypto = createPortableCrypto();
console.log(encodeHex(crypto.sha256(encodeUtf8('abc'))).slice(0, 16));

const signer = crypto.generateSigningKey();
const signature = signer.sign(encodeUtf8('who is calling'));
console.log(signature.length, signer.publicKey.verify(encodeUtf8('who is calling'), signature));

const [alice, bob] = [crypto.generateAgreementKey(), crypto.generateAgreementKey()];
const [one, other] = [alice.agree(bob.publicKey), bob.agree(alice.publicKey)];
console.log(encodeHex(one ?? new Uint8Array(0)) === encodeHex(other ?? new Uint8Array(1)));

// Prints:
// ba7816bf8f01cfea
// 64 true
// true
