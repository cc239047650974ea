// What became of a deposit, as a status and as the problem document that says why.

import { type HttpProblem, problem } from '../../http/index.ts';
import type { DepositOutcome } from '../index.ts';

export const REFUSALS: Readonly<Record<DepositOutcome, HttpProblem | undefined>> = {
  created: undefined,
  'bad-token': problem(401, 'bad-token', 'The token is not one of an accepted issuer for this CPS and day'),
  'unknown-mailbox': problem(404, 'unknown-mailbox', 'No key credential in force names this mailbox shard'),
  'token-spent': problem(409, 'token-spent', 'A token of the request was spent on another one'),
  'token-twice': problem(422, 'token-twice', 'One token stands twice in the request'),
  unavailable: problem(
    503,
    'unavailable',
    'The deposit could not be stored now',
    'The same request again is taken.',
  ),
};

/** The status of one deposit. */
export function statusOf(outcome: DepositOutcome): number {
  return REFUSALS[outcome]?.problem.status ?? 201;
}
