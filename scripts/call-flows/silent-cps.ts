// Calls while a CPS says nothing.

import type { Flow } from './flow.ts';

const TEST = 'e2e/silent-cps.test.ts';

export const SILENT_CPS: readonly Flow[] = [
  {
    title: 'A CPS falls silent: its process has stopped',
    story:
      'It takes connections and answers nothing. Placed calls go on signed in band, received ones unverified, each within its deadline; after five in a row nobody waits for the CPS, until a probe behind the calls is answered.',
    parties: ['caller’s switch', 'carrier AS', 'CPS', 'domain with VS', 'PSTN'],
    steps: [
      ['CPS', 'CPS', 'stopped'],
      ['caller’s switch', 'carrier AS', 'INVITE'],
      ['carrier AS', 'CPS', 'deposit: silence'],
      ['carrier AS', 'caller’s switch', '302 Identity'],
      ['PSTN', 'domain with VS', 'two numbers'],
      ['domain with VS', 'CPS', 'retrieve: silence'],
      ['domain with VS', 'domain with VS', 'No-TN-Validation'],
      ['carrier AS', 'carrier AS', 'five: given up'],
      ['caller’s switch', 'carrier AS', 'INVITE'],
      ['carrier AS', 'caller’s switch', '302, at once'],
      ['CPS', 'CPS', 'goes on'],
      ['domain with VS', 'CPS', 'probe, answered'],
      ['carrier AS', 'CPS', 'sealed PASSporT'],
      ['PSTN', 'domain with VS', 'two numbers'],
      ['domain with VS', 'CPS', 'retrieve'],
      ['domain with VS', 'domain with VS', 'verified'],
    ],
    test: [TEST, 'its process stopped: calls go on in time, soon without delay, and verification is back'],
  },
  {
    title: 'A CPS falls silent: behind a network that swallows',
    story:
      'The same where the CPS is well and the way to it is not: what is sent there is lost, connections that were open stay so.',
    parties: ['caller’s switch', 'carrier AS', 'domain with VS', 'network', 'CPS'],
    steps: [
      ['network', 'network', 'swallows'],
      ['caller’s switch', 'carrier AS', 'INVITE'],
      ['carrier AS', 'network', 'deposit: lost'],
      ['carrier AS', 'caller’s switch', '302 Identity'],
      ['domain with VS', 'network', 'retrieve: lost'],
      ['domain with VS', 'domain with VS', 'No-TN-Validation'],
      ['carrier AS', 'carrier AS', 'five: given up'],
      ['caller’s switch', 'carrier AS', 'INVITE'],
      ['carrier AS', 'caller’s switch', '302, at once'],
      ['network', 'network', 'carries again'],
      ['domain with VS', 'CPS', 'probe, answered'],
      ['carrier AS', 'CPS', 'sealed PASSporT'],
      ['domain with VS', 'CPS', 'retrieve'],
      ['domain with VS', 'domain with VS', 'verified'],
    ],
    test: [
      TEST,
      'behind a network that swallows: calls go on in time, soon without delay, and verification is back',
    ],
  },
];
