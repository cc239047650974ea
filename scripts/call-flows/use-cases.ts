// Calls that cross the telephone network: the use cases of RFC 8816 Sections 5.1 to 5.4.

import type { Flow } from './flow.ts';

const TEST = 'e2e/flows.test.ts';

export const USE_CASES: readonly Flow[] = [
  {
    title: 'VoIP to the PSTN to a smart phone (RFC 8816 Section 5.1)',
    story:
      'The caller’s carrier signs, and leaves the PASSporT out of band as well: behind the telephone network nothing else is left.',
    parties: ['carrier AS', 'caller’s switch', 'CPS', 'PSTN', 'phone with VS'],
    steps: [
      ['caller’s switch', 'carrier AS', 'INVITE'],
      ['carrier AS', 'CPS', 'sealed PASSporT'],
      ['carrier AS', 'caller’s switch', '302 Identity'],
      ['caller’s switch', 'PSTN', 'call, Identity is lost'],
      ['PSTN', 'phone with VS', 'two numbers'],
      ['phone with VS', 'CPS', 'retrieve, sealed reply'],
      ['phone with VS', 'phone with VS', 'verified'],
    ],
    test: [TEST, '5.1: VoIP to the PSTN to a smart phone, left out of band by the caller’s carrier'],
  },
  {
    title: 'Two smart ends on the PSTN (RFC 8816 Section 5.2)',
    story:
      'A PBX with a certificate for its own numbers signs a base PASSporT and leaves it before it routes the call.',
    parties: ['PBX with AS', 'CPS', 'PSTN', 'phone with VS'],
    steps: [
      ['PBX with AS', 'CPS', 'sealed PASSporT'],
      ['PBX with AS', 'PSTN', 'call'],
      ['PSTN', 'phone with VS', 'two numbers'],
      ['phone with VS', 'CPS', 'retrieve, sealed reply'],
      ['phone with VS', 'phone with VS', 'verified'],
    ],
    test: [TEST, '5.2: two smart ends on the PSTN, a PBX that leaves its own'],
  },
  {
    title: 'PSTN to VoIP, the gateway puts Identity back (RFC 8816 Section 5.3, first subcase)',
    story:
      'The domain behind the gateway knows PASSporTs in band only. The gateway restores the full form, and it verifies.',
    parties: ['PBX with AS', 'CPS', 'PSTN', 'gateway', 'domain, in band'],
    steps: [
      ['PBX with AS', 'CPS', 'sealed PASSporT'],
      ['PBX with AS', 'PSTN', 'call'],
      ['PSTN', 'gateway', 'two numbers'],
      ['gateway', 'CPS', 'retrieve, sealed reply'],
      ['gateway', 'domain, in band', 'INVITE, Identity'],
      ['domain, in band', 'domain, in band', 'verified'],
    ],
    test: [
      TEST,
      'G-03: 5.3, a gateway from the PSTN puts Identity back for a domain that knows in band only',
    ],
  },
  {
    title: 'PSTN to VoIP, the domain looks itself (RFC 8816 Section 5.3, second subcase)',
    story: 'The gateway knows nothing of STIR; the verification service of the domain retrieves.',
    parties: ['PBX with AS', 'CPS', 'PSTN', 'gateway', 'domain with VS'],
    steps: [
      ['PBX with AS', 'CPS', 'sealed PASSporT'],
      ['PBX with AS', 'PSTN', 'call'],
      ['PSTN', 'gateway', 'two numbers'],
      ['gateway', 'domain with VS', 'INVITE'],
      ['domain with VS', 'CPS', 'retrieve, sealed reply'],
      ['domain with VS', 'domain with VS', 'verified'],
    ],
    test: [TEST, '5.3, the domain behind the gateway looks itself'],
  },
  {
    title: 'A gateway carries what the call brings (RFC 8816 Section 5.4)',
    story:
      'The caller’s carrier signs in band and knows nothing of out of band. The gateway to the PSTN takes the PASSporT off the INVITE and leaves it, with no credential for the caller.',
    parties: ['carrier, in band', 'gateway', 'CPS', 'PSTN', 'phone with VS'],
    steps: [
      ['carrier, in band', 'gateway', 'INVITE, Identity'],
      ['gateway', 'CPS', 'the same, sealed'],
      ['gateway', 'PSTN', 'call'],
      ['PSTN', 'phone with VS', 'two numbers'],
      ['phone with VS', 'CPS', 'retrieve, sealed reply'],
      ['phone with VS', 'phone with VS', 'verified'],
    ],
    test: [TEST, 'G-01: 5.4, a gateway to the PSTN carries what calls bring, a phone behind it looks'],
  },
  {
    title: 'Two gateways around the PSTN (RFC 8816 Section 5.4)',
    story: 'What the first gateway carries, the second puts back: both ends know in band only.',
    parties: ['carrier, in band', 'gateway out', 'CPS', 'gateway in', 'domain, in band'],
    steps: [
      ['carrier, in band', 'gateway out', 'INVITE, Identity'],
      ['gateway out', 'CPS', 'the same, sealed'],
      ['gateway out', 'gateway in', 'PSTN: two numbers'],
      ['gateway in', 'CPS', 'retrieve'],
      ['gateway in', 'domain, in band', 'INVITE, Identity'],
      ['domain, in band', 'domain, in band', 'verified'],
    ],
    test: [TEST, '5.4, a gateway back from the PSTN restores what the first one carried'],
  },
  {
    title: 'The terminating domain looks for an INVITE without Identity (RFC 8816 Section 5.4)',
    story: 'The gateway back from the PSTN knows nothing of STIR.',
    parties: ['carrier, in band', 'gateway out', 'CPS', 'gateway in', 'domain with VS'],
    steps: [
      ['carrier, in band', 'gateway out', 'INVITE, Identity'],
      ['gateway out', 'CPS', 'the same, sealed'],
      ['gateway out', 'gateway in', 'PSTN: two numbers'],
      ['gateway in', 'domain with VS', 'INVITE'],
      ['domain with VS', 'CPS', 'retrieve, sealed reply'],
      ['domain with VS', 'domain with VS', 'verified'],
    ],
    test: [TEST, '5.4, the terminating domain looks for an INVITE without Identity'],
  },
];
