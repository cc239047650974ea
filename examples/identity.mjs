// The Identity header field of SIP (RFC 8224 Section 4): the PASSporT, and parameters that mirror its header.

import { formatIdentity, parseIdentity } from '@oobleck/stir/identity';

const value = formatIdentity({
  token: 'eyJhbGciOiJFUzI1NiJ9.e30.c2lnbmF0dXJl',
  info: 'https://cr.example.net/alpha.pem',
  algorithm: 'ES256',
  ppt: 'shaken',
});
console.log(value);

const { info, ppt } = parseIdentity('e30.e30.c2ln ;info=<https://cr.example.net/a.pem> ;ppt="shaken"');
console.log(info, ppt);

// Prints:
// eyJhbGciOiJFUzI1NiJ9.e30.c2lnbmF0dXJl;info=<https://cr.example.net/alpha.pem>;alg=ES256;ppt="shaken"
// https://cr.example.net/a.pem shaken
