// What an authentication service does for a call out of band (RFC 8816 Section 8.1): sign it where it may, and seal a
// copy to every key of the called number. Sending the copies is up to the caller of the library.

import { selectKeys } from '@oobleck/stir/credential';
import { parseTelephoneNumber } from '@oobleck/stir/number';
import { createPassportSigner } from '@oobleck/stir/passport';
import { sealDeposits, signCall } from '@oobleck/stir/placement';
import { createPassportSealer } from '@oobleck/stir/seal';
import { accepted, called } from './called-party.mjs';
import { chain, crypto, key, NOW } from './carrier.mjs';

const [certificate] = chain;
if (certificate === undefined) throw new Error('no certificate');
const signer = createPassportSigner(key, 'https://cr.example.net/alpha.pem');
/** @param {string} caller */
const sign = (caller) =>
  signCall(
    { signer, certificate, highestAttestation: 'A' },
    {
      tenant: 'alpha',
      callId: 'a84b4c76e66710',
      originator: parseTelephoneNumber(caller),
      destinations: [called],
      placedAt: NOW,
    },
    'q8J0d0aQ',
  );
const outcome = sign('12155550123');
if (!outcome.signed) throw new Error(outcome.reason);
const envelope = { passports: [outcome.call.passport], chain: chain.map(({ der }) => der) };
const keys = selectKeys([accepted], called, undefined);
const order = { envelope, called, keys, lifetimeSeconds: /** @type {const} */ (30) };
for (const { cps, blob } of sealDeposits({ crypto, sealer: createPassportSealer(crypto) }, order))
  console.log(cps, blob.length);

const refused = sign('14045550123');
console.log(refused.signed || refused.reason);

// Prints:
// [ 'https://cps.example.net' ] 2048
// no-authority
