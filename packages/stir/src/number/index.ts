export { countNumbers, createNumberCover, type NumberCover } from './number-cover.ts';
export {
  type DialPlan,
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
