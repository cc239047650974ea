// Whatever is malformed throws one class of error, with a code to tell by and no number, key or token in its message.

import { StirError } from '@oobleck/stir';
import { parseTelephoneNumber } from '@oobleck/stir/number';

try {
  parseTelephoneNumber('call me');
} catch (error) {
  if (error instanceof StirError) console.log(error.name, error.code);
}

// Prints:
// StirError ERR_NUMBER_FORMAT
