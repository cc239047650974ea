export {
  type ChainOutcome,
  DEFAULT_FRESHNESS_SECONDS,
  type Fault,
  type JudgeRules,
  judgeSigner,
  matchCall,
  type Outcome,
  passportDigest,
  readIdentity,
  readPassport,
} from './judge-passport.ts';
export {
  type Channel,
  explain,
  furthest,
  REASONS,
  type Reason,
  type Status,
  statusOf,
  type Verstat,
  verstatOf,
} from './reason.ts';
export { notVerified, type ValidPassport, type Verdict, verifiedBy } from './verdict.ts';
