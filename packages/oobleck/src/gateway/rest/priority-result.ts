// `rph` PASSporTs of a call (RFC 8443): checked beside the one that says who calls, since they say something else, and
// answered with `verstatPriority`. One that was lost on the way comes with the others from out of band.

import type { JsonObject } from '@oobleck/stir/json';
import type { Passport } from '@oobleck/stir/passport';
import { readIdentity } from '@oobleck/stir/verdict';
import type { ReceivedAnswer } from '../trunk/index.ts';
import { protectedPriorities } from './priority.ts';
import { passed } from './verify-results.ts';

export interface PriorityQuestion {
  readonly identities: readonly string[];
  /** What the call's own header field says; each has to be authorised. */
  readonly claimed: readonly string[] | undefined;
}

/** Parts a call's header fields: those about priority, and the others. */
export function readPriorityQuestion(
  request: JsonObject,
  identities: readonly string[],
): { readonly priority: PriorityQuestion | undefined; readonly identities: readonly string[] } {
  const isPriority = (value: string): boolean => {
    const read = readIdentity(value);
    return 'value' in read && read.value.extension === 'rph';
  };
  const own = identities.filter(isPriority);
  if (own.length === 0) return { priority: undefined, identities };
  return {
    priority: { identities: own, claimed: protectedPriorities(request.protectedHeaders) },
    identities: identities.filter((value) => !own.includes(value)),
  };
}

export interface PriorityResult {
  readonly verstatPriority: string;
  /** For `verifyResults`. */
  readonly results: readonly JsonObject[];
}

export function priorityResult(
  question: PriorityQuestion | undefined,
  answer: ReceivedAnswer | undefined,
): PriorityResult | undefined {
  if (question === undefined || answer === undefined) return undefined;
  const { status, passport } = answer.verdict;
  if (passport?.priority === undefined)
    return {
      verstatPriority: status === 'failed' ? 'RPH-Validation-Failed' : 'No-RPH-Validation',
      results: [],
    };
  return { verstatPriority: verstatOf(passport, question.claimed), results: [passed(passport)] };
}

/** Where the call brought no `rph` itself: of the one that was found with its other PASSporTs, if any. */
export function foundPriority(
  { verdict: { companions = [] } }: ReceivedAnswer,
  claimed: readonly string[] | undefined,
): string | undefined {
  const found = companions.find(({ passport }) => passport.priority !== undefined);
  return found && verstatOf(found.passport, claimed);
}

function verstatOf({ priority }: Passport, claimed: readonly string[] | undefined): string {
  const isCovered = claimed?.every((value) => priority?.authorized.includes(value)) ?? true;
  return isCovered ? 'RPH-Validation-Passed' : 'RPH-Validation-Failed';
}
