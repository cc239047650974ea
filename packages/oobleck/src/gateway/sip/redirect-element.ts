// The redirect element (RFC 3261 Section 8.3): a request in, its answer out. It keeps nothing but the calls whose answer is
// being found: a retransmission of one is dropped since its answer is on the way, and later the same request gets the
// same answer from the call path. It sends no requests and no provisional answers (Section 8.2.7).

import { randomUUID } from 'node:crypto';
import { type AtOnceOrLater, andThen } from '../../call/index.ts';
import { createWorkBatch } from '../../http/index.ts';
import type { EventLog } from '../../operate/index.ts';
import { type CallPath, createTrunk, isExemptCall } from '../trunk/index.ts';
import { type Answer, formatAnswer, formatRefusal, topVia } from './answer.ts';
import { offeredCall } from './offered-call.ts';
import { createPendingRequests, type PendingRequest, type PendingRequests } from './pending-requests.ts';
import {
  NOTHING_TO_ADD,
  placedRedirection,
  type RedirectionPolicy,
  receivedRedirection,
} from './redirection.ts';
import { readRequest, type SipRequest } from './request.ts';
import { type OwnName, parseOwnName, requireNoLoop, unknownOptions } from './request-checks.ts';
import { isAck, isStatusLine } from './request-line.ts';
import { type ScannedMessage, scanMessage } from './scan-message.ts';
import { SipFault } from './sip-fault.ts';
import { type Direction, directionOf, findRule, type TrunkRule } from './trunk-rule.ts';
import { answerPort, type Source } from './via.ts';

export interface RedirectParts {
  readonly path: Pick<CallPath, 'place' | 'receive' | 'retract'>;
  readonly log: EventLog;
  /** In the order in which they are tried. */
  readonly rules: readonly TrunkRule[];
  /** Whether there is no memory for more: then calls go on as they are. */
  readonly isOverloaded?: (() => boolean) | undefined;
  /** Told the status of each answer. */
  readonly onAnswered?: ((status: number) => void) | undefined;
}

export interface RedirectOptions extends RedirectionPolicy {
  /** `host:port`, lower case, under which requests reach this element. */
  readonly ownNames?: ReadonlySet<string>;
  /** Calls whose answers are being found at once, default 16384. */
  readonly maximumPending?: number;
  /** After which a call goes on unchanged whatever the call path does, default 5000. */
  readonly boundMs?: number;
}

/** Where a request came from and how its answer gets there. */
export interface Arrival {
  readonly listener: string;
  readonly peer: string;
  readonly source: Source;
  /** @param port of the source's address, for transports without connections */
  send(answer: string, port: number): void;
}

export interface RedirectElement {
  /**
   * One message. Datagrams are answered within the turn, all that it brings together; what came on a connection is answered at
   * once, since the connection may end behind it. Never throws. @param message bytes are not to change any more
   */
  receive(message: Buffer | ScannedMessage, arrival: Arrival): void;
  /** From the next request on; calls whose answers are being found keep what they have. */
  replaceRules(rules: readonly TrunkRule[]): void;
  /** Calls whose answers are being found. */
  pending(): number;
  /** Resolves when there are none, which takes no longer than the bound. */
  idle(): Promise<void>;
}

interface Context {
  readonly parts: RedirectParts;
  rules: readonly TrunkRule[];
  readonly options: RedirectOptions;
  readonly ownNames: readonly OwnName[];
  readonly maximumPending: number;
  readonly salt: string;
  readonly pending: PendingRequests;
  /** Messages of this turn that no stage is done with. */
  underWay: number;
  /** Who is told when nothing is pending. */
  readonly waiting: (() => void)[];
}

/** RFC 3261 Section 8.2.1: what this element is asked with, and nothing else. */
const ALLOW = 'Allow: INVITE, ACK, CANCEL, OPTIONS';
const BOUND_MS = 5_000;

export function createRedirectElement(parts: RedirectParts, options: RedirectOptions = {}): RedirectElement {
  const context: Context = {
    parts,
    rules: parts.rules,
    options,
    ownNames: [...(options.ownNames ?? [])].map(parseOwnName),
    maximumPending: options.maximumPending ?? 16_384,
    salt: randomUUID(),
    pending: createPendingRequests(options.boundMs ?? BOUND_MS, ({ request, arrival }, answer) => {
      send(context, request, arrival, answer);
      tellIfIdle(context);
    }),
    underWay: 0,
    waiting: [],
  };
  const stages = [read, decide, format, reply].map((stage) => (one: Received) => stage(context, one));
  const later = createWorkBatch(...stages);
  const atOnce = (one: Received): void => {
    for (const stage of stages) stage(one);
  };
  return {
    receive(message, arrival) {
      context.underWay++;
      const take = Buffer.isBuffer(message) ? later : atOnce;
      take({ message, arrival, scanned: undefined, request: undefined, answer: undefined, text: undefined });
    },
    replaceRules(rules) {
      context.rules = rules;
    },
    pending: () => context.pending.size,
    idle: () =>
      context.underWay === 0 && context.pending.size === 0
        ? Promise.resolve()
        : new Promise((resolve) => context.waiting.push(resolve)),
  };
}

/** A message on its way through a turn. What is refused, or waits, has nothing for the next stage. */
interface Received {
  readonly message: Buffer | ScannedMessage;
  readonly arrival: Arrival;
  scanned: ScannedMessage | undefined;
  request: SipRequest | undefined;
  answer: Answer | undefined;
  /** Of the answer. */
  text: string | undefined;
}

function read(context: Context, one: Received): void {
  const { message } = one;
  const scanned = Buffer.isBuffer(message) ? scanMessage(message) : message;
  one.scanned = scanned;
  // Nobody here has asked anything; and an ACK is never answered, whatever it looks like.
  if (isStatusLine(scanned.startLine) || isAck(scanned.startLine)) return;
  try {
    one.request = readRequest(scanned);
  } catch (error) {
    refuse(context, scanned, one.arrival, error);
  }
}

function decide(context: Context, one: Received): void {
  const { scanned, request, arrival } = one;
  if (request === undefined) return;
  try {
    one.answer = answerTo(context, request, arrival);
  } catch (error) {
    refuse(context, scanned!, arrival, error);
  }
}

function format(context: Context, one: Received): void {
  const { scanned, request, arrival, answer } = one;
  if (answer === undefined) return;
  try {
    one.text = formatAnswer(request!, arrival.source, context.salt, answer);
  } catch (error) {
    refuse(context, scanned!, arrival, error);
  }
}

function reply(context: Context, { request, arrival, answer, text }: Received): void {
  if (text !== undefined) sendText(context, request!, arrival, answer!.status, text);
  context.underWay--;
  tellIfIdle(context);
}

function refuse({ parts }: Context, scanned: ScannedMessage, arrival: Arrival, error: unknown): void {
  const fault = error instanceof SipFault ? error : new SipFault(500, 'nobody foresaw this');
  if (fault !== error) parts.log.error('sip-failed', { role: 'sip', error });
  else parts.log.debug('sip-refused', { role: 'sip', status: fault.status });
  // Without a header there is nothing that an answer could be told by.
  if (scanned.fields.length === 0) return;
  const via = topVia(scanned);
  const port = via === undefined ? arrival.source.port : answerPort(via, arrival.source);
  deliver(parts, arrival, fault.status, formatRefusal(scanned, arrival.source, fault), port);
}

/** `undefined` where it comes later, or never. @throws SipFault */
function answerTo(context: Context, request: SipRequest, arrival: Arrival): Answer | undefined {
  const { method } = request;
  if (method === 'CANCEL') return cancel(context, request, arrival);
  if (method !== 'INVITE' && method !== 'OPTIONS') return NOT_ALLOWED;
  const fault = request.flaw ?? unknownOptions(request);
  if (fault !== undefined && !isExempt(context, request, arrival)) throw fault;
  return method === 'INVITE' ? invite(context, request, arrival) : OPTIONS_ANSWER;
}

/** Whether the call is one that nothing is done about: whatever is wrong with it or asked for, it goes on. */
function isExempt({ rules }: Context, request: SipRequest, arrival: Arrival): boolean {
  if (request.method !== 'INVITE') return false;
  return isExemptCall(offeredCall(request, findRule(rules, request, arrival)?.trunk ?? NO_TRUNK));
}

/** Of calls that no rule fits: all go on, and this says which of them with whatever is wrong with them. */
const NO_TRUNK = createTrunk({ name: 'none', tenant: 'none' });

const NOT_ALLOWED: Answer = { status: 405, phrase: 'Method Not Allowed', headers: [ALLOW] };
const OPTIONS_ANSWER: Answer = { status: 200, phrase: 'OK', headers: [ALLOW, 'Accept: application/sdp'] };

/** @throws SipFault 482, 483 */
function invite(context: Context, request: SipRequest, arrival: Arrival): Answer | undefined {
  requireNoLoop(context.ownNames, request);
  // Within a dialog all is said already: on as it is.
  const rule = request.to.parameters.has('tag') ? undefined : findRule(context.rules, request, arrival);
  const direction = rule && directionOf(rule);
  const { pending, maximumPending, parts } = context;
  if (rule === undefined || direction === undefined) return NOTHING_TO_ADD;
  // A retransmission: its answer is on the way.
  if (pending.has(request, arrival)) return undefined;
  if (parts.isOverloaded?.()) return NOTHING_TO_ADD;
  if (pending.size >= maximumPending)
    return isExempt(context, request, arrival) ? NOTHING_TO_ADD : OVERLOADED;
  return find(context, { direction, request, arrival, offer: offeredCall(request, rule.trunk) });
}

const OVERLOADED: Answer = { status: 503, phrase: 'Service Unavailable', headers: [] };

interface Search extends PendingRequest {
  readonly direction: Direction;
}

/** Whatever went wrong, the call goes on. */
function find(context: Context, search: Search): Answer | undefined {
  const failed = (error: unknown): Answer => {
    context.parts.log.error('call-failed', { role: 'sip', error });
    return NOTHING_TO_ADD;
  };
  try {
    const answer = redirection(context, search);
    if (!(answer instanceof Promise)) return answer;
    context.pending.waitFor(search, answer.catch(failed));
    return undefined;
  } catch (error) {
    return failed(error);
  }
}

/** At once where nothing is waited for. */
function redirection(
  { parts: { path }, options }: Context,
  { direction, request, offer }: Search,
): AtOnceOrLater<Answer> {
  return direction === 'outgoing'
    ? andThen(path.place(offer), (placed) => placedRedirection(request, placed, options))
    : andThen(path.receive(offer), (received) => receivedRedirection(request, received, offer, options));
}

/** RFC 3261 Section 9.2: the call that is being looked at ends with 487; of others nothing is known. */
function cancel(context: Context, request: SipRequest, arrival: Arrival): Answer {
  const given = context.pending.finish(request, arrival, TERMINATED);
  if (given === undefined) return UNKNOWN_TRANSACTION;
  context.parts.path.retract(given.offer);
  return CANCELLED;
}

const CANCELLED: Answer = { status: 200, phrase: 'OK', headers: [] };
const UNKNOWN_TRANSACTION: Answer = { status: 481, phrase: 'Call/Transaction Does Not Exist', headers: [] };
const TERMINATED: Answer = { status: 487, phrase: 'Request Terminated', headers: [] };

function send(context: Context, request: SipRequest, arrival: Arrival, answer: Answer): void {
  const text = formatAnswer(request, arrival.source, context.salt, answer);
  sendText(context, request, arrival, answer.status, text);
}

function sendText(
  { parts }: Context,
  request: SipRequest,
  arrival: Arrival,
  status: number,
  text: string,
): void {
  deliver(parts, arrival, status, text, answerPort(request.vias[0]!, arrival.source));
}

/** An answer that no transport takes is lost, and nothing else with it. */
function deliver(parts: RedirectParts, arrival: Arrival, status: number, text: string, port: number): void {
  try {
    parts.onAnswered?.(status);
    arrival.send(text, port);
  } catch (error) {
    parts.log.debug('sip-not-sent', { role: 'sip', error });
  }
}

function tellIfIdle({ underWay, pending, waiting }: Context): void {
  if (underWay === 0 && pending.size === 0) for (const tell of waiting.splice(0)) tell();
}
