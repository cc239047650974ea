// A compact JWS with ES256, and the certificate chain it may carry.

import { createPortableCrypto } from '@oobleck/stir/crypto';
import { formatX5c, parseCompactJws, parseX5c, signCompactJws } from '@oobleck/stir/jws';
import { chain, key } from './carrier.mjs';

const header = { alg: 'ES256', typ: 'example+jwt', x5c: formatX5c(chain) };
const text = signCompactJws(JSON.stringify(header), '{"hello":"world"}', key);

const jws = parseCompactJws(text, 8192);
const [signer] = parseX5c(jws.header);
const verifier = createPortableCrypto().importVerifyingKey(signer?.spki ?? new Uint8Array(0));
console.log(jws.payload.hello, verifier.verify(jws.signingInput, jws.signature));

// Prints:
// world true
