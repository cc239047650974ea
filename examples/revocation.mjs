// The list of revoked certificates of all authorities (RFC 5280 Section 5): an entry is an issuer and a number.

import { judgeCrl, parseCrl } from '@oobleck/stir/revocation';
import { chain, crypto, NOW } from './carrier.mjs';
import { administrators, crlPem } from './sti-pa.mjs';

const crl = parseCrl(crlPem);
console.log(judgeCrl({ crl, issuers: administrators, at: NOW, crypto }), crl.size);
console.log(judgeCrl({ crl, issuers: administrators, at: crl.nextUpdate + 1, crypto }));

const [leaf] = chain;
if (leaf === undefined) throw new Error('no certificate');
console.log(crl.has(leaf), crl.has({ issuer: leaf.issuer, serialNumber: Uint8Array.of(42) }));

// Prints:
// undefined 1
// expired
// false true
