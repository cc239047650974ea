// A STIR certificate: who it is for (TNAuthList, RFC 8226 Section 9), whether its chain leads to a trust anchor, and
// whether it may sign for a number.

import { authorityOver, validatePath } from '@oobleck/stir/certificate';
import { formatTnEntry, parseTelephoneNumber } from '@oobleck/stir/number';
import { anchors, chain, crypto, NOW } from './carrier.mjs';

const path = validatePath({ chain, anchors, at: NOW, crypto });
if (!path.valid) throw new Error(path.reason);
console.log(path.leaf.subjectText, path.leaf.tnAuthList?.map(formatTnEntry));

const number = parseTelephoneNumber('12155550123');
console.log(authorityOver({ certificate: path.leaf, number, ppt: undefined, spcOf: undefined }));

const later = validatePath({ chain, anchors, at: NOW + 31 * 86_400, crypto });
console.log(later.valid || later.reason);

// Prints:
// CN=SHAKEN 1234,O=Alpha,C=US [ '0-1234', '1-12155550000-1000' ]
// number
// expired
