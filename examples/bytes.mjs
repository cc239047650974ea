// Reading and writing as every codec here does it: big-endian, bounded, canonical base64url.

import { createByteReader, createByteWriter, decodeBase64url, encodeBase64url } from '@oobleck/stir/bytes';

const written = createByteWriter(4).uint8(1).uint16(256).finish();
console.log(encodeBase64url(written));

const reader = createByteReader(decodeBase64url('AQEAAA'));
console.log(reader.uint8(), reader.uint16(), reader.rest().length);

// Prints:
// AQEAAA
// 1 256 1
