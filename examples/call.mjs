// A call as its verification service sees it. One call has one key: the same id with other numbers is another call.

import { callKey, requireNumbers } from '@oobleck/stir/call';
import { createPortableCrypto } from '@oobleck/stir/crypto';
import { parseTelephoneNumber } from '@oobleck/stir/number';

const crypto = createPortableCrypto();
const call = {
  tenant: 'bravo',
  callId: 'a84b4c76e66710',
  caller: parseTelephoneNumber('12155550123'),
  called: requireNumbers(['13035550123']),
  formerlyCalled: [],
  arrivedAt: 1_800_000_000,
};
const other = { ...call, caller: parseTelephoneNumber('12155550124') };
console.log(callKey(crypto, call) === callKey(crypto, { ...call, arrivedAt: call.arrivedAt + 1 }));
console.log(callKey(crypto, call) === callKey(crypto, other));

// Prints:
// true
// false
