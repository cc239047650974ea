// The call flows that the end-to-end tests play: who is on the way of a call, what goes from whom to whom, and the name of
// the test. `docs/call-flows.md` is drawn from this.

export interface Flow {
  readonly title: string;
  /** What the flow is for, and what stands in for what in the test. */
  readonly story: string;
  /** From left to right. */
  readonly parties: readonly string[];
  /** From, to, what. */
  readonly steps: readonly (readonly [string, string, string])[];
  /** The file of the test and its name. */
  readonly test: readonly [file: string, name: string];
}

const FLOWS_FILE = 'e2e/flows.test.ts';
const TROUBLE = 'e2e/trouble.test.ts';
const CENTRE = 'e2e/call-centre.test.ts';
const SILENCE = 'e2e/silent-cps.test.ts';

export const FLOWS: readonly Flow[] = [
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
    test: [FLOWS_FILE, '5.1: VoIP to the PSTN to a smart phone, left out of band by the caller’s carrier'],
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
    test: [FLOWS_FILE, '5.2: two smart ends on the PSTN, a PBX that leaves its own'],
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
      FLOWS_FILE,
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
    test: [FLOWS_FILE, '5.3, the domain behind the gateway looks itself'],
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
    test: [FLOWS_FILE, 'G-01: 5.4, a gateway to the PSTN carries what calls bring, a phone behind it looks'],
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
    test: [FLOWS_FILE, '5.4, a gateway back from the PSTN restores what the first one carried'],
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
    test: [FLOWS_FILE, '5.4, the terminating domain looks for an INVITE without Identity'],
  },
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
    test: [CENTRE, '5.5: agents hear within a second or so that each caller is proven'],
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
    test: [CENTRE, '5.5: a caller who left nothing is shown as calling, and never as proven'],
  },
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
    test: [
      FLOWS_FILE,
      'an IP border that loses Identity is bridged by the same two gateways, and by nothing else',
    ],
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
    test: [
      FLOWS_FILE,
      'G-04: a call that two numbers send on is verified where it ends, through both diversions',
    ],
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
      FLOWS_FILE,
      'Identity-Encrypted goes where Identity must not be seen, and is opened where the call ends',
    ],
  },
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
      TROUBLE,
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
    test: [TROUBLE, 'a border controller that repeats an INVITE: one deposit, the same answer to the byte'],
  },
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
    test: [SILENCE, 'its process stopped: calls go on in time, soon without delay, and verification is back'],
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
      SILENCE,
      'behind a network that swallows: calls go on in time, soon without delay, and verification is back',
    ],
  },
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
    test: [TROUBLE, 'a certificate and its key are replaced while calls run, and every call verifies'],
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
      TROUBLE,
      'a revoked certificate: calls are unverifiable out of band and failed in band, those of others as ever',
    ],
  },
];
