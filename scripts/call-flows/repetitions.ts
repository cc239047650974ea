// The same numbers twice: a spoofed call behind the genuine one, an INVITE that comes again.

import type { Flow } from './flow.ts';

const TEST = 'e2e/trouble.test.ts';

export const REPETITIONS: readonly Flow[] = [
  {
    title: 'A spoofed call behind the genuine one (RFC 8816 Section 7.4)',
    story:
      'One PASSporT serves one call. Of two calls with the same numbers one is verified, and the operator hears of the other.',
    parties: ['carrier AS', 'CPS', 'PSTN', 'domain with VS', 'attacker'],
    steps: [
      ['carrier AS', 'CPS', 'sealed PASSporT'],
      ['carrier AS', 'PSTN', 'call'],
      ['PSTN', 'domain with VS', 'two numbers'],
      ['attacker', 'domain with VS', 'the same'],
      ['domain with VS', 'CPS', 'retrieve, each'],
      ['domain with VS', 'domain with VS', 'verified, ambiguous'],
    ],
    test: [
      TEST,
      'a spoofed call right behind the genuine one: one of the two is verified, and the operator hears of it',
    ],
  },
  {
    title: 'A border controller repeats its INVITE',
    story: 'One call id is one call: the answer is the same, and only one PASSporT is left.',
    parties: ['SBC', 'carrier AS', 'CPS'],
    steps: [
      ['SBC', 'carrier AS', 'INVITE'],
      ['carrier AS', 'CPS', 'sealed PASSporT'],
      ['carrier AS', 'SBC', '302 Identity'],
      ['SBC', 'carrier AS', 'the same INVITE'],
      ['carrier AS', 'SBC', 'the same 302'],
    ],
    test: [TEST, 'a border controller that repeats an INVITE: one deposit, the same answer to the byte'],
  },
];
