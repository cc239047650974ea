// JSON as it is signed (RFC 8225 Section 9): names in order, no blanks; and read strictly, no name twice.

import { StirError } from '@oobleck/stir';
import { encodeUtf8 } from '@oobleck/stir/bytes';
import { formatCanonicalJson, parseJsonObject } from '@oobleck/stir/json';

const claims = parseJsonObject(encodeUtf8('{ "orig": {"tn":"12155551212"}, "iat": 1443208345 }'));
console.log(formatCanonicalJson(claims));

try {
  parseJsonObject(encodeUtf8('{"iat":1,"iat":2}'));
} catch (error) {
  if (error instanceof StirError) console.log(error.code);
}

// Prints:
// {"iat":1443208345,"orig":{"tn":"12155551212"}}
// ERR_JSON_FORMAT
