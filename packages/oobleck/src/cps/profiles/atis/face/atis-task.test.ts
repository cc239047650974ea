// Requests of the ATIS profiles that come in one turn of the event loop: read, proven, done and answered together, each as it
// would be alone.

import { setImmediate as immediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { type HotExchange, HttpProblem } from '../../../../http/index.ts';
import {
  bravo,
  CALLED,
  CALLER,
  createAtisWorld,
  publishClaims,
  retrieveClaims,
  tokenOf,
} from '../atis-fixture.ts';
import type { AtisPlacement } from '../index.ts';
import { createAtisFace } from './index.ts';

interface Asked {
  readonly token: string;
  /** Publishes it; retrieves where there is none. */
  readonly passports?: readonly string[];
}

/** Its steps, and what it asks for. */
function startTurn(more: Partial<AtisPlacement> = {}) {
  const world = createAtisWorld();
  const steps: string[] = [];
  const placement = { ...world.placement, ...more };
  const face = createAtisFace(
    Object.fromEntries(
      Object.entries(placement).map(([name, step]) => [
        name,
        (...given: never[]) => {
          steps.push(name);
          return (step as (...all: never[]) => unknown)(...given);
        },
      ]),
    ) as unknown as AtisPlacement,
  );
  const ask = ({ token, passports }: Asked): void => {
    const answered = (status: number): void => void steps.push(String(status));
    const body = Buffer.from(JSON.stringify({ passports }));
    const exchange: HotExchange = {
      method: passports === undefined ? 'GET' : 'POST',
      target: `/passports/${CALLED}/${CALLER}`,
      fields: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      socket: undefined,
      isGone: false,
      receiveBody: (_bounds, receive) => {
        steps.push('body');
        receive(body);
      },
      answer: ({ status }) => answered(status),
      refuse: (error) => answered(error instanceof HttpProblem ? error.problem.status : 500),
      refuseAs: () => undefined,
    };
    try {
      face(exchange);
    } catch (error) {
      exchange.refuse(error); // as the gate does
    }
  };
  const seconds = world.clock.seconds();
  const passport = world.passport();
  const toPublish = (claims = {}, order = {}) =>
    tokenOf(publishClaims(seconds, [passport]), { claims, ...order });
  const toRetrieve = (claims = {}) => tokenOf(retrieveClaims(seconds), { claims });
  return { ask, steps, passport, toPublish, toRetrieve };
}

it('each step is taken for all before the next, and what is refused drops out', async () => {
  const { ask, steps, passport, toPublish, toRetrieve } = startTurn();
  // Its certificate is fetched once, by a turn of its own.
  ask({ token: toRetrieve() });
  await expect.poll(() => steps).toEqual(['read', 'prove', 'retrieve', '404']);
  steps.length = 0;
  const token = toPublish();
  ask({ token, passports: [passport] });
  ask({ token, passports: [passport] });
  ask({ token: toPublish({ aud: 'other.example' }), passports: [passport] });
  ask({ token: toPublish(), passports: ['other'] });
  ask({ token: toPublish({}, { key: bravo.key }), passports: [passport] });
  ask({ token: toRetrieve({ iat: 1 }) });
  ask({ token: toRetrieve() });
  // No byte of a body before the token was held against the request.
  expect(steps).toEqual(['read', 'body', 'read', 'body', 'read', '401', 'read', 'body', 'read', 'body']);
  steps.length = 0;
  await immediate();
  expect(steps).toEqual([
    ...['prepare', 'prepare', 'prepare', '403', 'prepare', 'read', '401', 'read'],
    ...new Array(4).fill('prove'),
    ...['publish', 'publish', 'retrieve'],
    ...['201', '401', '401', '200'],
  ]);
});

it('what waits for a certificate or a store is answered later, and what fails is a 500', async () => {
  const chain = Promise.withResolvers<'untrusted'>();
  const results = [() => chain.promise, () => Promise.reject(new Error('away')), () => 'pace' as const];
  const fails = (): never => {
    throw new Error('unforeseen');
  };
  const { ask, steps, toRetrieve } = startTurn({ prove: () => (results.shift() ?? fails)() });
  for (let at = 0; at < 4; at++) ask({ token: toRetrieve() });
  await immediate();
  expect(steps.slice(8)).toEqual(['500', '429', '500']);
  chain.resolve('untrusted');
  await immediate();
  expect(steps.slice(11)).toEqual(['401']);
});
