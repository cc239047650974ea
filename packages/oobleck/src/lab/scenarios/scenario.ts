// What a scenario is: a call or two played in the running lab, what is expected of the verification, and what each
// party got to see.

import { randomUUID } from 'node:crypto';
import type { ArrivedCall, PlacedCall } from '@oobleck/stir/call';
import { parseTelephoneNumber } from '@oobleck/stir/number';
import type { Attestation } from '@oobleck/stir/passport';
import type { Verdict, Verstat } from '@oobleck/stir/verdict';
import type { AuthenticationOutcome } from '../../authentication/index.ts';
import { crossTdm, type RunningLab, type TdmCall } from '../running-lab.ts';

/** The parties of a ladder, left to right. */
export type Party = 'caller' | 'AS' | 'CPS' | 'VS' | 'callee';

export interface Step {
  readonly from: Party;
  readonly to: Party;
  readonly what: string;
}

export interface ScenarioResult {
  readonly scenario: string;
  /** One sentence for a person. */
  readonly story: string;
  readonly expected: Verstat;
  readonly verstat: Verstat;
  readonly reason: string;
  readonly attest?: Attestation;
  /** Of the verification that counts. */
  readonly elapsedMs: number;
  readonly isAsExpected: boolean;
  readonly steps: readonly Step[];
  /** Who learned what. */
  readonly sights: readonly string[];
}

export type Scenario = (lab: RunningLab) => Promise<ScenarioResult>;

/** What a scenario says of itself; the rest follows from the verdict. */
export interface Telling {
  readonly scenario: string;
  readonly story: string;
  readonly expected: Verstat;
  readonly steps: readonly Step[];
  readonly sights: readonly string[];
  /** Whatever else has to hold besides the verstat. */
  readonly holds?: boolean;
}

export interface TimedVerdict {
  readonly verdict: Verdict;
  readonly elapsedMs: number;
}

export function conclude(
  { holds = true, ...telling }: Telling,
  { verdict, elapsedMs }: TimedVerdict,
): ScenarioResult {
  const { verstat, reason, attestation } = verdict;
  return {
    ...telling,
    verstat,
    reason,
    ...(attestation === undefined ? {} : { attest: attestation }),
    elapsedMs: Math.round(elapsedMs * 10) / 10,
    isAsExpected: holds && verstat === telling.expected,
  };
}

export function now(): number {
  return Math.floor(Date.now() / 1000);
}

export function alphaCall(caller: string, called: string, placedAt = now()): PlacedCall {
  return {
    tenant: 'alpha',
    callId: randomUUID(),
    originator: parseTelephoneNumber(caller),
    destinations: [parseTelephoneNumber(called)],
    placedAt,
    shaken: { attestation: 'A', originationId: randomUUID() },
  };
}

/** Alpha's switch asks its authentication service, which signs and deposits. */
export async function sign(
  lab: RunningLab,
  call: PlacedCall,
): Promise<Extract<AuthenticationOutcome, { signed: true }>> {
  const outcome = await lab.alpha.calls.calling!.service.authenticate(call);
  if (!outcome.signed) throw new Error(`Alpha does not sign: ${outcome.reason}`);
  return outcome;
}

/** Bravo's switch asks its verification service about a call that came over the telephone network. */
export async function arrive(
  lab: RunningLab,
  { caller, called }: TdmCall,
  { callId = randomUUID() as string, identities = [] as readonly string[] } = {},
): Promise<TimedVerdict> {
  const call: ArrivedCall = {
    tenant: 'bravo',
    callId,
    caller: parseTelephoneNumber(caller),
    called: [parseTelephoneNumber(called)],
    formerlyCalled: [],
    arrivedAt: now(),
  };
  const startedMs = performance.now();
  const verdict = await lab.bravo.calls.called!.service.verify(call, identities);
  return { verdict, elapsedMs: performance.now() - startedMs };
}

export function overTdm(lab: RunningLab, call: PlacedCall): Promise<TimedVerdict> {
  return arrive(lab, crossTdm(call));
}

export const SIGNED: Step = { from: 'caller', to: 'AS', what: 'sign a call' };
export const DEPOSITED: Step = { from: 'AS', to: 'CPS', what: 'sealed PASSporT, 2048 bytes' };
export const DIALLED: Step = { from: 'caller', to: 'callee', what: 'TDM: two numbers, no Identity' };
export const ASKED: Step = { from: 'callee', to: 'VS', what: 'whom does this call come from?' };
export const RETRIEVED: Step = { from: 'VS', to: 'CPS', what: 'mailbox, nonce' };
export const REPLIED: Step = { from: 'CPS', to: 'VS', what: 'sealed reply, 16384 bytes' };

export function answered(what: string): Step {
  return { from: 'VS', to: 'callee', what };
}

export const CPS_SIGHT =
  'CPS: something was left in a mailbox shard that stands for 1000 numbers, and the shard was read';
