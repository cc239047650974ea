// A storage token (RFC 9578 Section 6): the issuer signs it blindly, the CPS sees that it is good and not whose it is.

import { createPortableCrypto } from '@oobleck/stir/crypto';
import { blindToken, encodeTokenInput, formatPrivateToken, storageChallenge } from '@oobleck/stir/token';
import { issuerKey } from './issuer.mjs';

const crypto = createPortableCrypto();
const issuer = crypto.importTokenSigningKey(issuerKey);

const challenge = storageChallenge('issuer.example.net', 'cps.example.net');
const { request, finalize } = blindToken({ crypto, key: issuer.publicKey, challenge });
const blindSignature = issuer.rawSign(request.blindedMessage);
const token = blindSignature && finalize({ blindSignature });
if (token === undefined) throw new Error('the issuer signed something else');

console.log(issuer.publicKey.verify(encodeTokenInput(token), token.authenticator));
console.log(formatPrivateToken(token).slice(0, 20));

// Prints:
// true
// PrivateToken token="
