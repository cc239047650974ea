// What a verification service does with a PASSporT (RFC 8816 Section 8.2): is it about this call and about now, does its
// chain hold, may its signer sign for the caller, does the signature hold. The answer is a value.

import { validatePath } from '@oobleck/stir/certificate';
import { parseTelephoneNumber } from '@oobleck/stir/number';
import { createPassportSigner } from '@oobleck/stir/passport';
import { judgeSigner, matchCall, notVerified, readPassport, verifiedBy } from '@oobleck/stir/verdict';
import { anchors, chain, crypto, key, NOW } from './carrier.mjs';

const caller = parseTelephoneNumber('12155550123');
const called = [parseTelephoneNumber('13035550123')];
const content = { originator: caller, destinations: called, issuedAt: NOW };
const token = createPassportSigner(key, 'https://cr.example.net/alpha.pem').signBase(content, 'q8J0d0aQ');

const rules = { crypto, freshnessSeconds: 60 };
/** @param {import('@oobleck/stir/number').TelephoneNumber} presented */
function judge(presented) {
  const call = { tenant: 'b', callId: '1', caller: presented, called, formerlyCalled: [], arrivedAt: NOW };
  const read = readPassport(token);
  if ('fault' in read) return notVerified(read.fault);
  const fault = matchCall(read.value, call, rules, NOW + 2);
  if (fault !== undefined) return notVerified(fault);
  const path = validatePath({ chain, anchors, at: NOW, crypto });
  const judged = judgeSigner(read.value, { path }, 'out-of-band', rules);
  return 'fault' in judged ? notVerified(judged.fault) : verifiedBy(judged.value);
}

const { verstat, authority } = judge(caller);
console.log(verstat, authority);
const forged = judge(parseTelephoneNumber('12155550124'));
console.log(forged.verstat, forged.reason);

// Prints:
// TN-Validation-Passed number
// No-TN-Validation caller-mismatch
