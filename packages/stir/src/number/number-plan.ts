// Numbers as a switch has them, to the canonical form (RFC 8224 Section 8.3): prefixes of the route, routing digits of
// ported numbers, national numbers, and numbers that are reached under another one. All of it is the trunk's to say.

import { StirError } from '../stir-error.ts';
import {
  bareNumber,
  type DialPlan,
  isTelephoneNumber,
  parseTelephoneNumber,
  type TelephoneNumber,
} from './telephone-number.ts';

export interface PrefixRule {
  /** Digits, `*`, `#`, and `+` in front, as they come. */
  readonly strip: string;
  /** What stands there instead. */
  readonly add: string;
}

/** `prefix`, then routing digits, then the number: what networks put into a number that was ported. */
export interface PortedRule {
  readonly prefix: string;
  /** How many digits behind the prefix are taken out. */
  readonly routingDigits: number;
  /** How many digits the rest of the number has. */
  readonly numberDigits: number;
}

/** A number that callers dial, and the one its calls arrive at: toll-free numbers are such. */
export interface Translation {
  readonly dialled: string;
  readonly reached: string;
}

export interface NumberRules {
  readonly dialPlan?: DialPlan | undefined;
  /** The longest that fits is applied, once. */
  readonly prefixes?: readonly PrefixRule[] | undefined;
  readonly ported?: readonly PortedRule[] | undefined;
  readonly translations?: readonly Translation[] | undefined;
  /** Whether `dest` may also name the national form, as some sign it. */
  readonly hasNationalAlternate?: boolean | undefined;
}

export interface NumberPlan {
  /**
   * A number, a `tel:` URI or a `sip:` URI with a number; parameters (`rn`, `npdi`, `cic`) are dropped.
   * @throws StirError ERR_NUMBER_FORMAT
   */
  canonical(text: string): TelephoneNumber;
  /** Other numbers under which the same party may have been called, at most `MAXIMUM_ALTERNATES`. */
  alternates(number: TelephoneNumber): readonly TelephoneNumber[];
}

export const MAXIMUM_ALTERNATES = 4;
const NONE: readonly TelephoneNumber[] = [];
const RULE = /^\+?[0-9#*]{0,24}$/;

/** @throws StirError ERR_NUMBER_FORMAT for rules that cannot be */
export function createNumberPlan(rules: NumberRules = {}): NumberPlan {
  const { dialPlan, hasNationalAlternate = false } = rules;
  const prefixes = [...(rules.prefixes ?? [])].sort((a, b) => b.strip.length - a.strip.length);
  const ported = rules.ported ?? [];
  for (const { strip, add } of prefixes) requireRule(strip !== '' && RULE.test(strip) && RULE.test(add));
  for (const { prefix, routingDigits } of ported) requireRule(RULE.test(prefix) && routingDigits > 0);
  const translations = readTranslations(rules.translations ?? [], dialPlan);
  return {
    canonical(text) {
      const bare = isTelephoneNumber(text) ? text : bareNumber(text).replace(/[^+0-9#*]/g, '');
      return parseTelephoneNumber(unported(prefixed(bare, prefixes), ported), dialPlan);
    },
    alternates(number) {
      if (translations.size === 0 && !hasNationalAlternate) return NONE;
      const others = new Set(translations.get(number));
      const national = hasNationalAlternate ? nationalOf(number, dialPlan) : undefined;
      if (national !== undefined) others.add(national);
      return [...others].slice(0, MAXIMUM_ALTERNATES);
    },
  };
}

function prefixed(number: string, rules: readonly PrefixRule[]): string {
  const rule = rules.find(({ strip }) => number.startsWith(strip));
  return rule === undefined ? number : rule.add + number.slice(rule.strip.length);
}

/** With routing digits a number may have more than 15 digits; without them it has not. */
function unported(number: string, rules: readonly PortedRule[]): string {
  for (const { prefix, routingDigits, numberDigits } of rules) {
    const length = prefix.length + routingDigits + numberDigits;
    if (number.length === length && number.startsWith(prefix)) return prefix + number.slice(-numberDigits);
  }
  return number;
}

function readTranslations(
  list: readonly Translation[],
  plan: DialPlan | undefined,
): ReadonlyMap<TelephoneNumber, readonly TelephoneNumber[]> {
  const found = new Map<TelephoneNumber, TelephoneNumber[]>();
  const add = (from: TelephoneNumber, to: TelephoneNumber): void =>
    void found.set(from, [...(found.get(from) ?? []), to]);
  for (const { dialled, reached } of list) {
    const [from, to] = [parseTelephoneNumber(dialled, plan), parseTelephoneNumber(reached, plan)];
    add(from, to);
    add(to, from);
  }
  return found;
}

function nationalOf(number: TelephoneNumber, plan: DialPlan | undefined): TelephoneNumber | undefined {
  if (plan === undefined || !number.startsWith(plan.countryCode)) return undefined;
  const national = number.slice(plan.countryCode.length);
  return national.length === plan.nationalDigits && isTelephoneNumber(national) ? national : undefined;
}

function requireRule(isPossible: boolean): void {
  if (!isPossible) throw new StirError('ERR_NUMBER_FORMAT', 'not a rule about numbers');
}
