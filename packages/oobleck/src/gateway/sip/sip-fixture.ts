// What the tests of this folder stand on: requests as a switch writes them, a call path that answers what it is told and
// keeps what it was asked, and an element between the two.

import { notVerified, type Verdict } from '@oobleck/stir/verdict';
import { createEventLog } from '../../operate/index.ts';
import {
  type CallPath,
  createTrunk,
  type OfferedCall,
  type PlacedAnswer,
  type ReceivedAnswer,
  type Trunk,
  type TrunkOptions,
} from '../trunk/index.ts';
import { createRedirectElement, type RedirectOptions } from './redirect-element.ts';
import { scanMessage } from './scan-message.ts';
import type { TrunkRule } from './trunk-rule.ts';
import type { Source } from './via.ts';

export const SWITCH: Source = { address: '192.0.2.1', port: 5060 };
/** The signature is as long as one. */
const SIGNATURE = `${'c2ln'.repeat(21)}c2`;
export const IDENTITY = `eyJ0.eyJ1.${SIGNATURE};info=<https://cr.example.net/a.pem>;alg=ES256;ppt="shaken"`;

export interface Written {
  readonly method?: string;
  readonly uri?: string;
  readonly via?: string;
  readonly from?: string;
  readonly to?: string;
  readonly callId?: string;
  readonly sequence?: string;
  readonly maxForwards?: string;
  /** Further header lines. */
  readonly headers?: readonly string[];
  readonly body?: string;
}

export function requestText(written: Written = {}): string {
  const { method = 'INVITE', uri = 'sip:+12155000001@switch.example.net;user=phone', body = '' } = written;
  return [
    `${method} ${uri} SIP/2.0`,
    `Via: ${written.via ?? 'SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1;rport'}`,
    `From: ${written.from ?? '"Alice" <sip:+12025550001@switch.example.net;user=phone>;tag=a'}`,
    `To: ${written.to ?? '<sip:+12155000001@switch.example.net;user=phone>'}`,
    `Call-ID: ${written.callId ?? 'one@switch.example.net'}`,
    `CSeq: ${written.sequence ?? `1 ${method}`}`,
    `Max-Forwards: ${written.maxForwards ?? '70'}`,
    'Contact: <sip:+12025550001@192.0.2.1:5060>',
    ...(written.headers ?? []),
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n');
}

export const trunk = (direction: Trunk['direction'] = 'outgoing', more: Partial<TrunkOptions> = {}): Trunk =>
  createTrunk({ name: direction, tenant: 'alpha', direction, ...more });

export const PLACED: PlacedAnswer = {
  action: 'continue',
  identities: [IDENTITY],
  identityEncrypted: [],
  removeIdentities: false,
  outOfBand: 'stored',
  reason: 'signed',
  traceId: 't',
};

export const received = (verdict: Verdict, more: Partial<ReceivedAnswer> = {}): ReceivedAnswer => ({
  action: 'continue',
  verdict,
  identities: [],
  facts: {},
  reason: verdict.reason,
  traceId: 't',
  ...more,
});

export interface TestPath extends Pick<CallPath, 'place' | 'receive' | 'retract'> {
  readonly asked: OfferedCall[];
  readonly retracted: OfferedCall[];
  placed: PlacedAnswer | Promise<PlacedAnswer> | Error;
  received: ReceivedAnswer | Promise<ReceivedAnswer> | Error;
}

export function createTestPath(): TestPath {
  const answer = async <T>(value: T | Promise<T> | Error): Promise<T> => {
    if (value instanceof Error) throw value;
    return value;
  };
  const path: TestPath = {
    asked: [],
    retracted: [],
    retract: (offer) => void path.retracted.push(offer),
    placed: PLACED,
    received: received(notVerified('no-passport', 'out-of-band')),
    place(offer) {
      path.asked.push(offer);
      return answer(path.placed);
    },
    receive(offer) {
      path.asked.push(offer);
      return answer(path.received);
    },
  };
  return path;
}

export interface Sent {
  readonly answer: string;
  readonly port: number;
}

/** Stands for an answer that never came. */
export const NOTHING: Sent = { answer: '', port: 0 };

export function createTestElement(
  rules: readonly TrunkRule[] = [{ trunk: trunk() }],
  options: RedirectOptions = {},
) {
  const path = createTestPath();
  const logged: string[] = [];
  const log = createEventLog({ level: 'debug', destination: { write: (line) => void logged.push(line) } });
  const memory = { isOverloaded: false };
  const isOverloaded = (): boolean => memory.isOverloaded;
  const element = createRedirectElement({ path, log, rules, isOverloaded }, options);
  /** Hands in one message and gives what was sent by the time nothing is under way any more. */
  const ask = async (
    text: string,
    source: Source = SWITCH,
    listener = 'udp',
    peer = 'switch',
  ): Promise<Sent[]> => {
    const sent: Sent[] = [];
    element.receive(scanMessage(Buffer.from(text, 'latin1')), {
      listener,
      peer,
      source,
      send: (answer, port) => void sent.push({ answer, port }),
    });
    await new Promise<void>((resolve) => setImmediate(resolve));
    return sent;
  };
  return { element, path, logged, memory, ask };
}

export const statusOf = (sent: readonly Sent[]): number | undefined =>
  sent.length === 0 ? undefined : Number(/^SIP\/2\.0 ([0-9]{3}) /.exec(sent[0]!.answer)?.[1]);

/** Values of a header field of an answer. */
export function valuesIn(answer: string, name: string): readonly string[] {
  return answer
    .split('\r\n')
    .flatMap((line) => (line.startsWith(`${name}: `) ? [line.slice(name.length + 2)] : []));
}
