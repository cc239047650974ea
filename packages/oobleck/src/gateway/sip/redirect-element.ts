// The redirect element (RFC 3261 Section 8.3): a request in, its answer out. It keeps nothing but the calls whose answer is
// being found: a retransmission of one is dropped since its answer is on the way, and later the same request gets the
// same answer from the call path. It sends no requests and no provisional answers (Section 8.2.7).

import { randomUUID } from 'node:crypto';
import type { EventLog } from '../../operate/index.ts';
import type { CallPath, OfferedCall } from '../trunk/index.ts';
import { type Answer, formatAnswer, formatRefusal, topVia } from './answer.ts';
import { offeredCall } from './offered-call.ts';
import {
  NOTHING_TO_ADD,
  placedRedirection,
  type RedirectionPolicy,
  receivedRedirection,
} from './redirection.ts';
import { readRequest, type SipRequest } from './request.ts';
import { isAck, isStatusLine } from './request-line.ts';
import type { ScannedMessage } from './scan-message.ts';
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
  /** One message. Never throws. */
  receive(scanned: ScannedMessage, arrival: Arrival): void;
  /** From the next request on; calls whose answers are being found keep what they have. */
  replaceRules(rules: readonly TrunkRule[]): void;
  /** Calls whose answers are being found. */
  pending(): number;
  /** Resolves when there are none, which takes no longer than the bound. */
  idle(): Promise<void>;
}

interface Pending {
  readonly request: SipRequest;
  readonly arrival: Arrival;
  readonly offer: OfferedCall;
  /** On the monotonic clock. */
  readonly endsAtMs: number;
}

interface Context {
  readonly parts: RedirectParts;
  rules: readonly TrunkRule[];
  readonly options: RedirectOptions;
  readonly ownNames: readonly { readonly host: string; readonly port: number }[];
  readonly maximumPending: number;
  readonly salt: string;
  readonly pending: Map<string, Pending>;
  /** Who is told when nothing is pending. */
  readonly waiting: (() => void)[];
  watching: NodeJS.Timeout | undefined;
}

/** RFC 3261 Section 8.2.1: what this element is asked with, and nothing else. */
const ALLOW = 'Allow: INVITE, ACK, CANCEL, OPTIONS';
/** Option tags about dialogs and media, which never begin here: a redirection has nothing to do for them. */
const HARMLESS = new Set([
  ...['100rel', 'timer', 'precondition', 'replaces', 'histinfo', 'early-session', 'gruu', 'outbound', 'path'],
  ...[
    'resource-priority',
    'privacy',
    'tdialog',
    'norefersub',
    'from-change',
    'answermode',
    'policy',
    'trickle-ice',
  ],
]);

export function createRedirectElement(parts: RedirectParts, options: RedirectOptions = {}): RedirectElement {
  const context: Context = {
    parts,
    rules: parts.rules,
    options,
    ownNames: [...(options.ownNames ?? [])].map(splitName),
    maximumPending: options.maximumPending ?? 16_384,
    salt: randomUUID(),
    pending: new Map(),
    waiting: [],
    watching: undefined,
  };
  return {
    receive(scanned, arrival) {
      // Nobody here has asked anything; and an ACK is never answered, whatever it looks like.
      if (isStatusLine(scanned.startLine) || isAck(scanned.startLine)) return;
      try {
        answerRequest(context, readRequest(scanned), arrival);
      } catch (error) {
        refuse(context, scanned, arrival, error);
      }
    },
    replaceRules(rules) {
      context.rules = rules;
    },
    pending: () => context.pending.size,
    idle: () =>
      context.pending.size === 0
        ? Promise.resolve()
        : new Promise((resolve) => context.waiting.push(resolve)),
  };
}

/** `host:port`, IPv6 addresses in their brackets. */
function splitName(name: string): { readonly host: string; readonly port: number } {
  const colon = name.lastIndexOf(':');
  return { host: name.slice(0, colon), port: Number(name.slice(colon + 1)) };
}

function refuse({ parts }: Context, scanned: ScannedMessage, arrival: Arrival, error: unknown): void {
  const fault = error instanceof SipFault ? error : new SipFault(500, 'nobody foresaw this');
  if (fault !== error) parts.log.error('sip-failed', { role: 'sip', error });
  else parts.log.debug('sip-refused', { role: 'sip', status: fault.status });
  // Without a header there is nothing that an answer could be told by.
  if (scanned.fields.length === 0) return;
  const via = topVia(scanned);
  const port = via === undefined ? arrival.source.port : answerPort(via, arrival.source);
  parts.onAnswered?.(fault.status);
  arrival.send(formatRefusal(scanned, arrival.source, fault), port);
}

/** @throws SipFault */
function answerRequest(context: Context, request: SipRequest, arrival: Arrival): void {
  const { method } = request;
  if (method === 'CANCEL') cancel(context, request, arrival);
  else if (method === 'INVITE' || method === 'OPTIONS') {
    requireKnownOptions(request);
    if (method === 'INVITE') invite(context, request, arrival);
    else send(context, request, arrival, OPTIONS_ANSWER);
  } else send(context, request, arrival, NOT_ALLOWED);
}

const NOT_ALLOWED: Answer = { status: 405, phrase: 'Method Not Allowed', headers: [ALLOW] };
const OPTIONS_ANSWER: Answer = { status: 200, phrase: 'OK', headers: [ALLOW, 'Accept: application/sdp'] };

/** RFC 3261 Section 8.2.2.3. @throws SipFault 420 */
function requireKnownOptions({ required }: SipRequest): void {
  const unknown = required.filter((tag) => !HARMLESS.has(tag.toLowerCase()));
  if (unknown.length > 0)
    throw new SipFault(420, 'an extension that is not supported', [`Unsupported: ${unknown.join(', ')}`]);
}

/** @throws SipFault 482, 483 */
function invite(context: Context, request: SipRequest, arrival: Arrival): void {
  requireNoLoop(context, request);
  // Within a dialog all is said already: on as it is.
  const rule = request.to.parameters.has('tag') ? undefined : findRule(context.rules, request, arrival);
  const direction = rule && directionOf(rule);
  const { pending, maximumPending, parts } = context;
  if (rule === undefined || direction === undefined) send(context, request, arrival, NOTHING_TO_ADD);
  else if (pending.size > 0 && pending.has(transactionOf(request, arrival)))
    return; // a retransmission: its answer is on the way
  else if (parts.isOverloaded?.()) send(context, request, arrival, NOTHING_TO_ADD);
  else if (pending.size >= maximumPending) send(context, request, arrival, OVERLOADED);
  else find(context, { direction, request, arrival, offer: offeredCall(request, rule.trunk) });
}

const OVERLOADED: Answer = { status: 503, phrase: 'Service Unavailable', headers: [] };

interface Search extends Omit<Pending, 'endsAtMs'> {
  readonly direction: Direction;
}

/** Whatever went wrong, the call goes on. */
function find(context: Context, search: Search): void {
  const { request, arrival } = search;
  const failed = (error: unknown): Answer => {
    context.parts.log.error('call-failed', { role: 'sip', error });
    return NOTHING_TO_ADD;
  };
  try {
    const answer = redirection(context, search);
    if (answer instanceof Promise) waitFor(context, search, answer.catch(failed));
    else send(context, request, arrival, answer);
  } catch (error) {
    send(context, request, arrival, failed(error));
  }
}

/** At once where nothing is waited for. */
function redirection(
  { parts, options }: Context,
  { direction, request, offer }: Search,
): Answer | Promise<Answer> {
  if (direction === 'outgoing') {
    const placed = parts.path.place(offer);
    return placed instanceof Promise
      ? placed.then((later) => placedRedirection(request, later, options))
      : placedRedirection(request, placed, options);
  }
  const received = parts.path.receive(offer);
  return received instanceof Promise
    ? received.then((later) => receivedRedirection(request, later, offer, options))
    : receivedRedirection(request, received, offer, options);
}

function waitFor(context: Context, { request, arrival, offer }: Search, answer: Promise<Answer>): void {
  const boundMs = context.options.boundMs ?? BOUND_MS;
  const key = transactionOf(request, arrival);
  context.pending.set(key, { request, arrival, offer, endsAtMs: performance.now() + boundMs });
  watchFor(context, boundMs);
  void answer.then((found) => finish(context, key, found));
}

const BOUND_MS = 5_000;

/** One timer for all calls, set for the oldest: they end in the order in which they came. */
function watchFor(context: Context, leftMs: number): void {
  context.watching ??= setTimeout(() => {
    context.watching = undefined;
    const nowMs = performance.now();
    for (const [key, { endsAtMs }] of context.pending) {
      if (endsAtMs > nowMs) return watchFor(context, endsAtMs - nowMs);
      finish(context, key, NOTHING_TO_ADD);
    }
  }, leftMs).unref();
}

/** Once: whoever was answered, by time or by CANCEL, is not answered again. */
function finish(context: Context, key: string, answer: Answer): void {
  const found = context.pending.get(key);
  if (found === undefined) return;
  context.pending.delete(key);
  send(context, found.request, found.arrival, answer);
  if (context.pending.size === 0) for (const tell of context.waiting.splice(0)) tell();
}

/** RFC 3261 Section 9.2: the call that is being looked at ends with 487; of others nothing is known. */
function cancel(context: Context, request: SipRequest, arrival: Arrival): void {
  const key = transactionOf(request, arrival);
  const given = context.pending.get(key);
  send(context, request, arrival, given === undefined ? UNKNOWN_TRANSACTION : CANCELLED);
  if (given === undefined) return;
  finish(context, key, TERMINATED);
  context.parts.path.retract(given.offer);
}

const CANCELLED: Answer = { status: 200, phrase: 'OK', headers: [] };
const UNKNOWN_TRANSACTION: Answer = { status: 481, phrase: 'Call/Transaction Does Not Exist', headers: [] };
const TERMINATED: Answer = { status: 487, phrase: 'Request Terminated', headers: [] };

/** RFC 3261 Section 17.2.3: branch and `sent-by`; without a branch of this RFC what RFC 2543 went by. */
function transactionOf({ vias, callId, sequence, from }: SipRequest, { source }: Arrival): string {
  const { host, port, parameters } = vias[0]!;
  const branch = parameters.get('branch') ?? '';
  return `${source.address} ${host}:${port ?? ''} ${branch} ${callId} ${sequence} ${from.parameters.get('tag') ?? ''}`;
}

/**
 * RFC 3261 Section 16.3: nothing is forwarded from here, so a Via with a name of this element's is a request that goes
 * in a circle, or a forged one; and one that may go no further ends here.
 */
function requireNoLoop({ ownNames }: Context, { vias, maxForwards }: SipRequest): void {
  if (maxForwards === 0) throw new SipFault(483, 'no hops are left');
  for (const { host, port = 5060 } of ownNames.length === 0 ? [] : vias)
    for (const own of ownNames)
      if (own.port === port && own.host === host.toLowerCase())
        throw new SipFault(482, 'the request was here before');
}

function send({ salt, parts }: Context, request: SipRequest, arrival: Arrival, answer: Answer): void {
  const { source } = arrival;
  parts.onAnswered?.(answer.status);
  arrival.send(formatAnswer(request, source, salt, answer), answerPort(request.vias[0]!, source));
}
