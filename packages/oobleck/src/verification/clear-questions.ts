// Questions to neighbours that keep PASSporTs in clear (ATIS-1000096, ATIS-1000105): whom to ask about which pair of
// numbers. What they answer is worth what anything from out of band is worth.

import type { ArrivedCall } from '@oobleck/stir/call';
import type { Passport } from '@oobleck/stir/passport';
import { byWeight, type Outcome } from '@oobleck/stir/verdict';
import type { ClearRetrieval, ClearSource } from './parts.ts';

export interface ClearQuestion {
  readonly source: ClearSource;
  readonly pair: Parameters<ClearSource['retrieve']>[0];
}

/** Questions about one call. */
const MAXIMUM_QUESTIONS = 8;

/** None where the call presents no number, or no rule names a neighbour. */
export function clearQuestionsFor(
  clear: ClearRetrieval | undefined,
  { tenant, caller, called, formerlyCalled }: ArrivedCall,
  peers: readonly string[] | undefined,
): readonly ClearQuestion[] {
  if (clear === undefined || caller === undefined) return [];
  const numbers = [...new Set([...called, ...formerlyCalled])];
  const questions = numbers.flatMap((number) => {
    const pair = { called: { kind: 'tn', number }, caller: { kind: 'tn', number: caller } } as const;
    return clear.sourcesFor({ tenant, called: number, peers }).map((source) => ({ source, pair }));
  });
  return questions.slice(0, MAXIMUM_QUESTIONS);
}

/**
 * Asks all at once, and hands over each answer as it comes.
 * @returns how many were answered
 */
export async function askClear(
  questions: readonly ClearQuestion[],
  deadlineMs: number,
  receive: (passports: readonly string[]) => void,
): Promise<number> {
  const answers = questions.map(async (question) => {
    const passports = await ask(question, deadlineMs);
    if (passports !== undefined) receive(passports);
    return passports !== undefined;
  });
  return (await Promise.all(answers)).filter((isAnswered) => isAnswered).length;
}

/** Whatever a neighbour does, the others are asked. */
async function ask({ source, pair }: ClearQuestion, deadlineMs: number) {
  try {
    return await source.retrieve(pair, deadlineMs);
  } catch {
    return undefined;
  }
}

/**
 * An answer holds many calls of a pair, and how many chains of one set are followed is bounded: each PASSporT stands for
 * itself, and only where there are diversions do all stand together. So nobody hides a call behind others.
 */
export function setsIn(reads: readonly Outcome<Passport>[]): readonly (readonly Outcome<Passport>[])[] {
  const isDiversion = (read: Outcome<Passport>): boolean =>
    'value' in read && read.value.diversion !== undefined;
  // What says most about the caller first: `shaken` has the attestation.
  const passports = reads.flatMap((read) => ('value' in read && !isDiversion(read) ? [read.value] : []));
  const alone = passports.sort(byWeight).map((value) => [{ value }]);
  const unread = reads.filter((read) => 'fault' in read).map((read) => [read]);
  const sets = [...alone, ...unread];
  return reads.some(isDiversion) ? [...sets, reads] : sets;
}
