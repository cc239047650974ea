export {
  type AnchorList,
  type AnchorListParts,
  bareList,
  createAnchorList,
  type KeptLists,
} from './anchor-list.ts';
export { createReplaceableNumberMap, parseNumberMap, type ReplaceableNumberMap } from './number-map.ts';
export { parseAnchors } from './parse-chain.ts';
export type { FetchChain, FetchedChain, Revocations, TrustParts } from './parts.ts';
export { type PreloadedChain, parsePreloadedChain } from './preload.ts';
export {
  type CrlLocation,
  createRevocations,
  type RefreshableRevocations,
  type RevocationsOptions,
  type RevocationsParts,
} from './revocations.ts';
export {
  type ChainQuestion,
  type ChainResult,
  type Channel,
  createTrust,
  type Trust,
  type TrustOptions,
  type Unavailable,
} from './trust.ts';
