export { countNumbers, createNumberCover, type NumberCover } from './number-cover.ts';
export {
  createNumberPlan,
  MAXIMUM_ALTERNATES,
  type NumberPlan,
  type NumberRules,
  type PortedRule,
  type PrefixRule,
  type Translation,
} from './number-plan.ts';
export {
  type DialPlan,
  inContext,
  isDiallable,
  isTelephoneNumber,
  parseTelephoneNumber,
  type TelephoneNumber,
} from './telephone-number.ts';
export {
  createNumberRange,
  formatTnEntry,
  isSpc,
  type NumberRange,
  parseTnEntry,
  type Spc,
  type TnEntry,
} from './tn-entry.ts';
