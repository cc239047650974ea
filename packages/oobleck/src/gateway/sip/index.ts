export {
  createRedirectElement,
  type RedirectElement,
  type RedirectOptions,
  type RedirectParts,
} from './redirect-element.ts';
export type { Direction, TrunkRule } from './trunk-rule.ts';
