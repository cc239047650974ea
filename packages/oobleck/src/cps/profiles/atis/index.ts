export type { AccessAction, AccessClaims } from './access-claims.ts';
export {
  type AccessOrder,
  type AccessSigner,
  type AccessSignerParts,
  createAccessSigner,
} from './access-signer.ts';
export { type ChainPlace, signAccessToken } from './access-token.ts';
export {
  type AtisPlacement,
  type AtisPlacementOptions,
  type AtisPlacementParts,
  type Claim,
  createAtisPlacement,
  MAXIMUM_RETENTION_SECONDS,
  MAXIMUM_RETRIEVED,
  MAXIMUM_RETRIEVED_LETTERS,
  type Proven,
  type Retrieved,
} from './atis-placement.ts';
export {
  type ClearPassportStore,
  chooseReplaced,
  MAXIMUM_SETS,
  type PublishedSet,
} from './clear-passport-store.ts';
export { digestOf, MAXIMUM_BODY_BYTES, MAXIMUM_PASSPORTS } from './passport-set.ts';
export { type AtisProfile, formatParty, type Pair, type Place, parsePlace } from './place.ts';
export { REFUSALS, type Refusal } from './refusal.ts';
export type { RetrievalPolicy } from './retrieval-policy.ts';
export type { SeenState, SeenTokens } from './seen-tokens.ts';
