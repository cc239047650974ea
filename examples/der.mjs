// DER as certificates are written in it: read strictly, one spelling for one value.

import { StirError } from '@oobleck/stir';
import { encodeHex } from '@oobleck/stir/bytes';
import {
  DerReader,
  encodeDer,
  encodeDerInteger,
  formatOid,
  formatPem,
  parsePem,
  TAG,
} from '@oobleck/stir/der';

const der = encodeDer(TAG.sequence, encodeDerInteger(2), encodeDer(TAG.oid, Uint8Array.of(0x55, 0x1d, 0x13)));
console.log(encodeHex(der));

const fields = DerReader.only(der, TAG.sequence);
console.log(fields.integer(), formatOid(fields.oidBytes()), fields.isDone);
console.log(parsePem(formatPem([der])).length);

try {
  DerReader.only(Uint8Array.of(0x30, 0x81, 0x00), TAG.sequence); // a length longer than it need be
} catch (error) {
  if (error instanceof StirError) console.log(error.code);
}

// Prints:
// 30080201020603551d13
// 2 2.5.29.19 true
// 1
// ERR_DER_FORMAT
