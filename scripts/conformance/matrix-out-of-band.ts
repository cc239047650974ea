// What RFC 8816 asks of whoever stores (S), retrieves (R) and stands at a border (G), and what neighbours' access tokens
// have to hold (V): one row a requirement, in the form of `matrix.ts`.

import type { Requirement } from './matrix.ts';

export const OUT_OF_BAND: readonly Requirement[] = [
  {
    id: 'S-01',
    source: 'RFC 8816 Section 8.1 step 1',
    level: 'MUST',
    demand: 'Nothing is signed for a number that the signer has no authority for',
  },
  {
    id: 'S-02',
    source: 'RFC 8816 Section 8.1 step 3',
    level: 'MUST',
    demand: 'All keys of the called number are collected, and each gets a deposit of its own',
  },
  {
    id: 'S-03',
    source: 'RFC 8816 Section 8.1 step 4',
    level: 'MUST',
    demand: 'One ciphertext a key; each key opens its own and no other',
  },
  {
    id: 'S-04',
    source: 'RFC 8816 Section 8.1',
    level: 'should',
    demand: 'The call goes out only after a copy lies at a CPS, or after the deadline that policy sets',
  },
  {
    id: 'S-05',
    source: 'RFC 8816 Section 8.1 and Section 5.3',
    level: 'MUST',
    demand: 'What is stored is in full form',
  },
  {
    id: 'S-06',
    source: 'RFC 8816 Section 6',
    level: 'design',
    demand: 'The CPS cannot read what it stores, nor who calls',
  },
  {
    id: 'S-07',
    source: 'RFC 8816 Section 7.5',
    level: 'design',
    demand: 'The token that pays for storage cannot be linked to its issuance',
  },
  {
    id: 'S-08',
    source: 'RFC 8816 Section 7.5',
    level: 'design',
    demand: 'A token pays once, and what a holder draws is limited',
  },
  {
    id: 'S-09',
    source: 'RFC 8816 Section 7.5',
    level: 'design',
    demand: 'Nothing of the token stays with the ciphertext it paid for',
  },
  {
    id: 'S-10',
    source: 'RFC 8816 Section 7.5',
    level: 'SHOULD NOT',
    demand: 'Nothing is kept longer than 60 seconds',
  },
  {
    id: 'S-11',
    source: 'RFC 8816 Section 7.3',
    level: 'RECOMMENDED',
    demand: 'The way to the CPS is TLS; plain HTTP is refused',
  },
  {
    id: 'S-12',
    source: 'RFC 8816 Section 7.4',
    level: 'design',
    demand: 'Dummy deposits at random times, like real ones in everything that can be seen',
  },
  {
    id: 'R-01',
    source: 'RFC 8816 Section 6.2',
    level: 'MUST',
    demand: 'Every retrieval is answered with something sealed, of an empty or unknown mailbox too',
  },
  {
    id: 'R-02',
    source: 'RFC 8816 Section 6.2',
    level: 'MUST',
    demand: 'The answer is unique and plausible',
  },
  {
    id: 'R-03',
    source: 'RFC 8816 Section 6.2',
    level: 'MUST NOT',
    demand: 'No answer is repeated for a later call',
  },
  {
    id: 'R-04',
    source: 'RFC 8816 Section 6.2',
    level: 'design',
    demand: 'Answers look random, and come in a time that says nothing',
  },
  {
    id: 'R-05',
    source: 'RFC 8816 Section 6.2',
    level: 'design',
    demand: 'A block of numbers can be asked for at once',
  },
  {
    id: 'R-06',
    source: 'RFC 8816 Section 8.2 step 1',
    level: 'MUST',
    demand: 'Everything that came is tried to be opened',
  },
  {
    id: 'R-07',
    source: 'RFC 8816 Section 8.2 steps 2 to 6',
    level: 'MUST',
    demand: 'Type, caller, credential, freshness and signature each can rule a PASSporT out',
  },
  {
    id: 'R-08',
    source: 'RFC 8816 Section 7.2',
    level: 'design',
    demand: 'A call without a PASSporT is unverifiable, not bogus',
  },
  {
    id: 'R-09',
    source: 'RFC 8816 Section 5.5 and Section 4',
    level: 'design',
    demand: 'Whoever subscribes is told within a second',
  },
  {
    id: 'R-10',
    source: 'RFC 8816 Section 7.4',
    level: 'design',
    demand: 'One PASSporT serves one call; a second call that matches it is noticed',
  },
  {
    id: 'G-01',
    source: 'RFC 8816 Section 8.3',
    level: 'MUST',
    demand: 'A gateway that stores finds the CPS, all keys and a token as an authentication service does',
  },
  {
    id: 'G-02',
    source: 'RFC 8816 Section 5.4',
    level: 'may',
    demand: 'A gateway stores only what is not there yet',
    absence:
      'A gateway cannot see what lies in a sealed mailbox: it stores always, and whoever opens counts one PASSporT once.',
  },
  {
    id: 'G-03',
    source: 'RFC 8816 Section 5.3',
    level: 'should',
    demand: 'What a gateway puts back into SIP is in full form',
  },
  {
    id: 'G-04',
    source: 'RFC 8816 Section 6.2, RFC 8946 Section 5',
    level: 'SHOULD',
    demand: 'Whoever retargets a call leaves a `div-o` sealed to the new target',
  },
  {
    id: 'V-01',
    source: 'ATIS-1000105, ATIS-1000096',
    level: 'MUST',
    demand: 'The access token is checked whole, claim by claim',
  },
  {
    id: 'V-02',
    source: 'ATIS-1000105, ATIS-1000096',
    level: 'MUST',
    demand: 'An access token serves once',
  },
  {
    id: 'V-03',
    source: 'ATIS-1000105, ATIS-1000096',
    level: 'MUST',
    demand: 'What the token claims is what the path says',
  },
  {
    id: 'V-07',
    source: 'draft-sliwa-stir-pps-ext-00',
    level: 'MUST',
    demand: 'A CPS URI in a certificate is https, or the certificate is invalid',
  },
  {
    id: 'V-09',
    source: 'ATIS-1000105, ATIS-1000096',
    level: 'interop',
    demand: 'A client that knows the public interface alone publishes and retrieves in both profiles',
  },
];
