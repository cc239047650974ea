// Calls to a call centre, whose agents are told who calls: RFC 8816 Section 5.5.

import type { Flow } from './flow.ts';

const TEST = 'e2e/call-centre.test.ts';

export const CALL_CENTRE: readonly Flow[] = [
  {
    title: 'A call centre is told (RFC 8816 Section 5.5)',
    story:
      'The call centre holds a stream that moves at a constant pace, calls or no calls. Its correlator matches what came with the calls that arrive, and tells the agents’ software.',
    parties: ['carrier AS', 'CPS', 'correlator', 'PBX', 'agent'],
    steps: [
      ['correlator', 'CPS', 'stream, held'],
      ['agent', 'correlator', 'events, held (SSE)'],
      ['carrier AS', 'CPS', 'sealed PASSporT'],
      ['CPS', 'correlator', 'sealed frame'],
      ['carrier AS', 'PBX', 'call by way of the PSTN'],
      ['PBX', 'correlator', 'two numbers'],
      ['correlator', 'agent', 'who calls, proven'],
    ],
    test: [TEST, '5.5: agents hear within a second or so that each caller is proven'],
  },
  {
    title: 'A call centre is told of a caller who left nothing (RFC 8816 Section 5.5)',
    story:
      'Nothing comes down the stream for the call, in the time that the correlator waits. The agent sees a number that is claimed, and never one that is proven.',
    parties: ['CPS', 'correlator', 'agent', 'PBX', 'PSTN'],
    steps: [
      ['correlator', 'CPS', 'stream, held'],
      ['agent', 'correlator', 'events, held (SSE)'],
      ['PSTN', 'PBX', 'call, no PASSporT'],
      ['PBX', 'correlator', 'two numbers'],
      ['correlator', 'agent', 'a call'],
      ['CPS', 'correlator', 'sealed frame'],
      ['correlator', 'correlator', 'none for this call'],
      ['correlator', 'agent', 'No-TN-Validation'],
    ],
    test: [TEST, '5.5: a caller who left nothing is shown as calling, and never as proven'],
  },
];
