// Deposits that come in one turn of the event loop: judged, placed and answered together, each as it would be alone.

import { setImmediate as immediate } from 'node:timers/promises';
import { encodeBase64url } from '@oobleck/stir/bytes';
import { formatPrivateToken, type Token } from '@oobleck/stir/token';
import { beforeEach, expect, it } from 'vitest';
import { createCalledParty, registerKeys } from '../../../test/called-party.ts';
import { createClock, createTestCps, crypto, mintTokens, tn } from '../../../test/network.ts';
import { type HotExchange, HttpProblem } from '../../http/index.ts';
import type { CallPlacementService } from '../index.ts';
import { createCpsFace } from './index.ts';

const AUTHORITY = 'cps.example';
let cps: ReturnType<typeof createTestCps>;
let mailboxId: Uint8Array;
/** What happened, in this order. */
let steps: string[];

beforeEach(async () => {
  const { carrier, anchors } = await createCalledParty('2-12155551213');
  const clock = createClock();
  cps = createTestCps({ clock, anchors, authority: AUTHORITY });
  const holder = await registerKeys(carrier, clock, cps.directory);
  mailboxId = holder.keysFor(tn('12155551213'))[0]!.mailboxId;
  steps = [];
});

/** A service that tells what is asked of it. */
function told(more: Partial<CallPlacementService> = {}): CallPlacementService {
  const { judge, place, retract, ...service } = { ...cps.service, ...more };
  return {
    ...service,
    judge(request) {
      steps.push('judge');
      return judge(request);
    },
    place(judged) {
      steps.push('place');
      return place(judged);
    },
    retract(secrets) {
      steps.push('retract');
      return retract(secrets);
    },
  };
}

interface Asked {
  readonly token?: Token;
  readonly mailbox?: Uint8Array;
  readonly blob?: Uint8Array;
}

/** A request whose body is there at once; its answer is a step. */
function exchangeOf({ token, mailbox = mailboxId, blob = crypto.randomBytes(2_048) }: Asked): HotExchange {
  const answered = (status: number): void => void steps.push(String(status));
  return {
    method: 'POST',
    target: `/mailboxes/${encodeBase64url(mailbox)}/0/passports`,
    fields: {
      'content-type': 'application/vnd.stir-oob.sealed-passport',
      'passport-retract': encodeBase64url(new Uint8Array(32)),
      ...(token === undefined ? {} : { authorization: formatPrivateToken(token) }),
    },
    socket: undefined,
    isGone: false,
    receiveBody: (_bounds, receive) => receive(blob),
    answer: ({ status }) => answered(status),
    refuse: (error) => answered(error instanceof HttpProblem ? error.problem.status : 500),
    refuseAs: () => undefined,
  };
}

const token = (): Token => mintTokens(AUTHORITY, 1)[0]!;
const forged = (): Token => ({ ...token(), authenticator: new Uint8Array(256).fill(9) });

it('all are judged, then all are placed, then all are answered, each as it would be alone', async () => {
  const face = createCpsFace(told());
  const spent = token();
  const blob = crypto.randomBytes(2_048);
  for (const asked of [
    { token: spent, blob },
    { token: forged() },
    { token: spent, blob: crypto.randomBytes(2_048) },
    { token: token(), mailbox: new Uint8Array(32) },
    {},
    { token: token(), blob: new Uint8Array(7) },
    { token: spent, blob },
  ])
    expect(face(exchangeOf(asked))).toBe(true);
  expect(steps).toEqual([]);
  await immediate();
  expect(steps).toEqual([
    ...new Array(5).fill('judge'),
    ...new Array(3).fill('place'),
    ...['201', '401', '409', '404', '401', '422', '201'],
  ]);
});

it('what waits for a store, or fails there, is answered when that has spoken, and holds up no other', async () => {
  const waits = Promise.withResolvers<'created'>();
  const results = [() => waits.promise, () => Promise.reject(new Error('away')), () => 'created' as const];
  const fails = (): never => {
    throw new Error('unforeseen');
  };
  const face = createCpsFace(told({ place: () => (results.shift() ?? fails)() }));
  for (let at = 0; at < 4; at++) face(exchangeOf({ token: token() }));
  await immediate();
  expect(steps.slice(8)).toEqual(['201', '500', '500']);
  waits.resolve('created');
  await immediate();
  expect(steps.slice(11)).toEqual(['201']);
});

it('where there is no room, nothing is judged, and what is malformed is told so all the same', async () => {
  const face = createCpsFace(told(), { isFull: () => true });
  face(exchangeOf({ token: token() }));
  face(exchangeOf({}));
  await immediate();
  expect(steps).toEqual(['503', '401']);
});

it('a deposit and its retraction of one turn: it is placed, then taken back', async () => {
  const retractions = [
    () => cps.service.retract([]),
    () => Promise.reject(new Error('away')),
    () => {
      throw new Error('unforeseen');
    },
  ];
  const face = createCpsFace(told({ retract: () => retractions.shift()!() }));
  const retraction = (): HotExchange => ({
    ...exchangeOf({ blob: new Uint8Array(32) }),
    target: '/retractions',
    fields: { 'content-type': 'application/octet-stream' },
  });
  face(exchangeOf({ token: token() }));
  for (const exchange of [retraction(), retraction(), retraction()]) face(exchange);
  await immediate();
  expect(steps).toEqual(['judge', 'place', 'retract', 'retract', 'retract', '201', '204', '500', '500']);
});
