export { findCompanions, judgeCompanion, matchCompanion } from './companions.ts';
export {
  type ChainOutcome,
  type JudgeRules,
  judgeChain,
  judgeDiversion,
  judgeSignature,
  judgeSigner,
  passportDigest,
  passportName,
} from './judge-passport.ts';
export { judgeResponse, matchResponse, type PlacedRequest, type ReachedParty } from './judge-response.ts';
export { judgeFaults, type LinkFaults, matchFaults } from './link-faults.ts';
export {
  DEFAULT_FRESHNESS_SECONDS,
  type MatchRules,
  matchCall,
  matchChain,
  servesUntil,
} from './match-call.ts';
export {
  byWeight,
  type FoundChains,
  findChains,
  isThirdParty,
  linksOf,
  MAXIMUM_DIVERSIONS,
  type PassportChain,
  speaksForCaller,
} from './passport-chain.ts';
export { readIdentity, readPassport } from './read-passport.ts';
export {
  type Channel,
  explain,
  type Fault,
  furthest,
  type Outcome,
  REASONS,
  type Reason,
  type SipCode,
  type Status,
  statusOf,
  type Verstat,
  verstatOf,
} from './reason.ts';
export { identityOf, restoredIdentities } from './restored-identities.ts';
export { formatSipReasons, type Rejection } from './sip-reason.ts';
export { thirdPartyFault } from './third-party.ts';
export { type Companion, notVerified, type ValidPassport, type Verdict, verifiedBy } from './verdict.ts';
