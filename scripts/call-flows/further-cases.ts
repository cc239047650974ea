// Calls beyond the use cases of RFC 8816 Section 5: over an IP border, diverted, sealed in band.

import type { Flow } from './flow.ts';

const TEST = 'e2e/flows.test.ts';

export const FURTHER_CASES: readonly Flow[] = [
  {
    title: 'An IP border that loses Identity',
    story:
      'A border controller or B2BUA is a telephone network of its own kind: the same two gateways bridge it.',
    parties: ['carrier, in band', 'gateway out', 'CPS', 'gateway in', 'domain, in band'],
    steps: [
      ['carrier, in band', 'gateway out', 'INVITE, Identity'],
      ['gateway out', 'CPS', 'the same, sealed'],
      ['gateway out', 'gateway in', 'border: Identity gone'],
      ['gateway in', 'CPS', 'retrieve'],
      ['gateway in', 'domain, in band', 'INVITE, Identity'],
      ['domain, in band', 'domain, in band', 'verified'],
    ],
    test: [TEST, 'an IP border that loses Identity is bridged by the same two gateways, and by nothing else'],
  },
  {
    title: 'Two diversions (RFC 8946, RFC 8816 Section 6.2)',
    story:
      'Each number called sends the call on, and leaves a div-o for the next, sealed to its key. Between them are telephone legs. The last verifies the chain back to the caller.',
    parties: ['carrier AS', 'CPS of B, D', 'B', 'CPS of C', 'C', 'D'],
    steps: [
      ['carrier AS', 'CPS of B, D', 'A to B'],
      ['carrier AS', 'B', 'PSTN: A calls B'],
      ['B', 'CPS of B, D', 'retrieve'],
      ['B', 'CPS of C', 'div-o, to C'],
      ['B', 'C', 'PSTN: A calls C'],
      ['C', 'CPS of C', 'retrieve'],
      ['C', 'CPS of B, D', 'div-o around it, to D'],
      ['C', 'D', 'A calls D'],
      ['D', 'CPS of B, D', 'retrieve'],
      ['D', 'D', 'verified'],
    ],
    test: [TEST, 'G-04: a call that two numbers send on is verified where it ends, through both diversions'],
  },
  {
    title: 'Identity-Encrypted',
    story:
      'SIP carries the call all the way, but must not show who calls: the envelope travels in band, sealed ([specification](identity-encrypted.md)).',
    parties: ['carrier AS', 'caller’s switch', 'border', 'domain with VS'],
    steps: [
      ['caller’s switch', 'carrier AS', 'INVITE'],
      ['carrier AS', 'caller’s switch', '302 Identity-Encrypted'],
      ['caller’s switch', 'border', 'INVITE, sealed'],
      ['border', 'domain with VS', 'INVITE, sealed'],
      ['domain with VS', 'domain with VS', 'opened, verified'],
    ],
    test: [
      TEST,
      'Identity-Encrypted goes where Identity must not be seen, and is opened where the call ends',
    ],
  },
];
