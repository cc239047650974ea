// Calls whose certificate is replaced or revoked.

import type { Flow } from './flow.ts';

const TEST = 'e2e/trouble.test.ts';

export const CERTIFICATES: readonly Flow[] = [
  {
    title: 'A certificate is replaced while calls run',
    story: 'Chain and key are taken together; calls before and after verify.',
    parties: ['operator', 'carrier AS', 'CPS', 'domain with VS'],
    steps: [
      ['carrier AS', 'CPS', 'signed with the old key'],
      ['operator', 'carrier AS', 'new files'],
      ['carrier AS', 'CPS', 'signed with the new key'],
      ['domain with VS', 'CPS', 'retrieve'],
      ['domain with VS', 'domain with VS', 'verified, all'],
    ],
    test: [TEST, 'a certificate and its key are replaced while calls run, and every call verifies'],
  },
  {
    title: 'A certificate is revoked',
    story: 'Out of band the calls are unverifiable, in band they fail; calls of others are as ever.',
    parties: ['authority', 'carrier AS', 'CPS', 'domain with VS'],
    steps: [
      ['authority', 'domain with VS', 'revocation list'],
      ['carrier AS', 'CPS', 'sealed PASSporT'],
      ['domain with VS', 'CPS', 'retrieve'],
      ['domain with VS', 'domain with VS', 'certificate-revoked'],
    ],
    test: [
      TEST,
      'a revoked certificate: calls are unverifiable out of band and failed in band, those of others as ever',
    ],
  },
];
