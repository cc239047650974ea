// A PASSporT signed and read back (RFC 8225, RFC 8588). Reading says that the form holds, not that it is true.

import { parseTelephoneNumber } from '@oobleck/stir/number';
import { createPassportSigner, parsePassport } from '@oobleck/stir/passport';
import { crypto, key, NOW } from './carrier.mjs';

const signer = createPassportSigner(key, 'https://cr.example.net/alpha.pem');
const token = signer.signShaken(
  {
    originator: parseTelephoneNumber('+1-215-555-0123'),
    destinations: [parseTelephoneNumber('+1-303-555-0123')],
    issuedAt: NOW,
  },
  { attestation: 'A', originationId: '123e4567-e89b-12d3-a456-426655440000' },
);

const passport = parsePassport(token);
console.log(passport.extension, passport.shaken?.attestation);
console.log(passport.originator, passport.destinations.numbers);
const verifier = crypto.importVerifyingKey(key.publicKey.spki);
console.log(verifier.verify(passport.signingInput, passport.signature));

// Prints:
// shaken A
// { kind: 'tn', number: '12155550123' } [ '13035550123' ]
// true
