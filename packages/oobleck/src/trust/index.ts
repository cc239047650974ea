export { createReplaceableNumberMap, parseNumberMap, type ReplaceableNumberMap } from './number-map.ts';
export { parseAnchors } from './parse-chain.ts';
export type { FetchChain, FetchedChain, TrustParts } from './parts.ts';
export {
  type ChainQuestion,
  type ChainResult,
  type Channel,
  createTrust,
  type Trust,
  type TrustOptions,
  type Unavailable,
} from './trust.ts';
