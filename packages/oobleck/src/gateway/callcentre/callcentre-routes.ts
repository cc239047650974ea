// The interface of a call centre (RFC 8816 Section 5.5), beside the REST interface and by its rules of access: the
// telephone side says which calls arrive, agents' software listens. A tenant sees only its own calls.
//
//   POST /callcentre/v1/calls    {"callId":"...","calling":"...","called":"..."}   202, 503 where too many wait
//   GET  /callcentre/v1/events   server-sent events `call`, `verdict`, `gap`; Last-Event-ID

import { StirError } from '@oobleck/stir';
import { type ArrivedCall, parseCallId } from '@oobleck/stir/call';
import { type DialPlan, parseTelephoneNumber, type TelephoneNumber } from '@oobleck/stir/number';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type FastifyApp, problem } from '../../http/index.ts';
import { type Access, ARRIVING_CALL } from '../rest/index.ts';
import type { Correlator } from './correlator.ts';
import type { EventBoard } from './event-board.ts';
import { sendEvents } from './event-stream.ts';

export interface CallCentreParts {
  readonly correlator: Correlator;
  readonly board: EventBoard;
  readonly access: Access;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly schedule: (action: () => void, delayMs: number) => () => void;
  readonly dialPlan?: DialPlan | undefined;
}

export interface CallCentreOptions {
  /** Of one tenant, default 64. */
  readonly listeners?: number;
  /** Default 15000. */
  readonly heartbeatMs?: number;
}

export interface CallCentre {
  /** Ends all event streams. */
  close(): void;
}

interface CallBody {
  readonly callId: string;
  readonly calling?: string;
  readonly called: string | readonly string[];
  readonly formerlyCalled?: readonly string[];
}

const EVENT_ID = /^[!-~]{1,64}$/;

export function addCallCentreRoutes(
  { app }: FastifyApp,
  parts: CallCentreParts,
  options: CallCentreOptions = {},
): CallCentre {
  const { access, correlator, board, schedule } = parts;
  const { listeners = 64, heartbeatMs = 15_000 } = options;
  const running = new Set<() => void>();
  void app.register(async (scope: FastifyInstance) => {
    scope.post<{ Body: CallBody }>(
      '/callcentre/v1/calls',
      { schema: { body: ARRIVING_CALL }, onRequest: async (request) => void access(request.raw) },
      async (request, reply) => {
        const call = readCall(request.body, access(request.raw), parts);
        if (correlator.arrive(call) === 'full') {
          reply.header('retry-after', '1');
          throw problem(503, 'too-many-calls', 'As many calls as may wait for their PASSporT do');
        }
        return reply.code(202).send();
      },
    );
    scope.get('/callcentre/v1/events', async (request, reply) => {
      const tenant = access(request.raw);
      if (board.listeners(tenant) >= listeners)
        throw problem(429, 'too-many-listeners', 'As many as may listen for this tenant do');
      reply.hijack();
      const end = sendEvents(board, reply.raw, { tenant, lastId: lastIdOf(request), heartbeatMs, schedule });
      running.add(end);
      reply.raw.once('close', () => running.delete(end));
    });
  });
  return {
    close() {
      for (const end of running) end();
    },
  };
}

function readCall(body: CallBody, tenant: string, { now, dialPlan }: CallCentreParts): ArrivedCall {
  const { callId, calling, called, formerlyCalled = [] } = body;
  const numbers = typeof called === 'string' ? [called] : called;
  return {
    tenant,
    callId: orProblem('invalid-call-id', 'callId is 1 to 256 printable characters', () =>
      parseCallId(callId),
    ),
    called: numbers.map((text) => readNumber(text, dialPlan)),
    formerlyCalled: formerlyCalled.map((text) => readNumber(text, dialPlan)),
    arrivedAt: Math.floor(now() / 1000),
    ...(calling === undefined ? {} : { caller: readNumber(calling, dialPlan) }),
  };
}

function readNumber(text: string, plan: DialPlan | undefined): TelephoneNumber {
  return orProblem('invalid-number', 'calling and called are telephone numbers', () =>
    parseTelephoneNumber(text, plan),
  );
}

function orProblem<T>(slug: string, title: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof StirError) throw problem(422, slug, title);
    throw error;
  }
}

/** An id that is none is one that is not known: the listener is told of a gap. */
function lastIdOf({ headers }: FastifyRequest): string | undefined {
  const given = headers['last-event-id'];
  if (given === undefined) return undefined;
  return typeof given === 'string' && EVENT_ID.test(given) ? given : '-';
}
