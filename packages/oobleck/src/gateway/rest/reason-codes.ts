// Reason code, text and description of a call that does not verify: whole numbers, as switches compare them. By RFC 8224
// Section 6.2.2, or as the French networks agreed (MAN, operating procedure), which tell more by the code.

import { StirError } from '@oobleck/stir';
import { decodeBase64url } from '@oobleck/stir/bytes';
import { parseIdentity } from '@oobleck/stir/identity';
import { type JsonObject, parseJsonObject } from '@oobleck/stir/json';
import { explain } from '@oobleck/stir/verdict';
import type { ReceivedAnswer } from '../trunk/index.ts';

export type ReasonCodes = 'rfc8224' | 'man';

export interface ReasonTexts {
  readonly code: number;
  readonly phrase: string;
  readonly text: string;
}

const PHRASES: Readonly<Record<number, string>> = { 436: 'Bad Identity Info', 437: 'Unsupported Credential' };

export function explainAnswer(
  { verdict, reason: why }: ReceivedAnswer,
  identities: readonly string[],
  codes: ReasonCodes,
): ReasonTexts {
  const { reason } = verdict;
  const { sipCode, phrase, text } = explain(reason);
  const description = why === reason ? `${reason}: ${text}` : `${reason}: ${text} (${why})`;
  const more =
    codes === 'man' && isAboutForm(reason)
      ? identities.map(formFault).find((code) => code !== undefined)
      : undefined;
  return more === undefined || more === sipCode
    ? { code: sipCode, phrase, text: description }
    : { code: more, phrase: PHRASES[more]!, text: description };
}

function isAboutForm(reason: string): boolean {
  return reason === 'malformed' || reason === 'info-mismatch';
}

/** 436: no `info`, a header without its four members, `x5u` other than `info`; 437: `alg` or `typ` other than theirs. */
function formFault(value: string): 436 | 437 | undefined {
  if (!/;\s*info\s*=/i.test(value)) return 436;
  try {
    const { token, info, algorithm } = parseIdentity(value);
    const header = headerOf(token);
    if (header === undefined) return undefined;
    const { alg, typ, x5u, ppt } = header;
    if (alg === undefined) return 437;
    if (typ === undefined || x5u === undefined || ppt === undefined) return 436;
    if (alg !== 'ES256' || algorithm !== 'ES256' || typ !== 'passport') return 437;
    return x5u === info ? undefined : 436;
  } catch (error) {
    if (error instanceof StirError) return undefined;
    throw error;
  }
}

function headerOf(token: string): JsonObject | undefined {
  const first = token.split('.', 1)[0]!;
  return first === '' ? undefined : parseJsonObject(decodeBase64url(first));
}
