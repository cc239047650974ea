// What becomes of calls that are signed, carried and diverted is counted by its outcome, and passed on as it is.

import type { ArrivedCall, PlacedCall } from '@oobleck/stir/call';
import { expect, it } from 'vitest';
import type {
  AuthenticationOutcome,
  AuthenticationService,
  CarriageOutcome,
  DiversionResult,
} from '../authentication/index.ts';
import { createPrometheusMeter } from '../operate/index.ts';
import { createMeters } from './meters.ts';

const signed: AuthenticationOutcome = { signed: true, passport: 'p', identity: 'i', outOfBand: 'stored' };
const carried: readonly CarriageOutcome[] = [
  { carried: true, outOfBand: 'stored', passports: 1 },
  { carried: true, outOfBand: 'no-key', passports: 2 },
  { carried: false, reason: 'no-passport' },
  { carried: true, outOfBand: 'stored', passports: 1 },
];
const diverted: readonly DiversionResult[] = [
  { diverted: true, outOfBand: 'deadline', identities: ['a div'] },
  { diverted: false, reason: 'too-many-diversions' },
];

it('counts each outcome once, and changes none', async () => {
  const [carriages, diversions] = [[...carried], [...diverted]];
  const service: AuthenticationService = {
    authenticate: () => signed,
    carry: async () => carriages.shift()!,
    divert: async () => diversions.shift()!,
    retract: () => undefined,
    close: async () => undefined,
  };
  const meter = createPrometheusMeter();
  const counted = createMeters(meter).countAuthentication(service);
  const call = {} as ArrivedCall;
  expect(counted.authenticate({} as PlacedCall)).toBe(signed);
  for (const outcome of carried) expect(await counted.carry(call, [])).toBe(outcome);
  for (const outcome of diverted)
    expect(await counted.divert(call, [], {} as Parameters<AuthenticationService['divert']>[2])).toBe(
      outcome,
    );
  const lines = (await meter.text()).split('\n').filter((line) => line.startsWith('oobleck_calls_'));
  expect(lines.toSorted()).toEqual([
    'oobleck_calls_carried_total{outcome="no-key"} 1',
    'oobleck_calls_carried_total{outcome="no-passport"} 1',
    'oobleck_calls_carried_total{outcome="stored"} 2',
    'oobleck_calls_diverted_total{outcome="deadline"} 1',
    'oobleck_calls_diverted_total{outcome="too-many-diversions"} 1',
    'oobleck_calls_signed_total{outcome="stored"} 1',
  ]);
});
