// The candidates of one call: each PASSporT that turned up is judged on its own, and the first valid one that no other
// call holds is taken. One call takes one PASSporT, however many would do; one that takes none takes nothing from others.

import { encodeBase64url } from '@oobleck/stir/bytes';
import type { ArrivedCall } from '@oobleck/stir/call';
import type { Passport } from '@oobleck/stir/passport';
import type { Channel, JudgeRules } from '@oobleck/stir/verdict';
import {
  type ChainOutcome,
  type Fault,
  judgeSigner,
  matchCall,
  type Outcome,
  passportDigest,
  type Reason,
  type ValidPassport,
  type Verdict,
  verifiedBy,
} from '@oobleck/stir/verdict';
import type { ChainResult, Unavailable } from '../trust/index.ts';
import type { VerificationParts } from './parts.ts';

export interface CandidateContext {
  readonly parts: VerificationParts;
  readonly rules: JudgeRules;
  readonly call: ArrivedCall;
  /** Names the call (see `callKey`). */
  readonly callKey: string;
  readonly channel: Channel;
  /** Called once, when the call has its PASSporT. */
  readonly onVerified: (verdict: Verdict) => void;
}

export interface Candidates {
  /** @param chain gives the chain for an x5u; it is asked whether or not the PASSporT is about this call */
  consider(read: Outcome<Passport>, chain: (x5u: string) => ChainResult | Promise<ChainResult>): void;
  /** Once all are judged: why each that fell short did. */
  settle(): Promise<Shortfall>;
}

export interface Shortfall {
  readonly reasons: readonly Reason[];
  /** The calls that hold PASSporTs this call could have taken. */
  readonly holders: readonly string[];
}

/** Different PASSporTs looked at for one call. */
const MAXIMUM_CANDIDATES = 128;

export function createCandidates(context: CandidateContext): Candidates {
  const faults: Reason[] = [];
  const holders: string[] = [];
  const seen = new Set<string>();
  const pending: Promise<void>[] = [];
  let takes: Promise<boolean> = Promise.resolve(false);

  const judgeAndTake = async (
    passport: Passport,
    chain: ChainResult | Promise<ChainResult>,
  ): Promise<void> => {
    const outcome = await judge(context, passport, chain);
    if ('fault' in outcome) {
      faults.push(outcome.fault);
      return;
    }
    // One after the other, so that a call whose two PASSporTs are judged at once takes one of them.
    takes = takes.then((isDone) => isDone || take(context, outcome.value, holders));
    await takes;
  };

  return {
    consider(read, chain) {
      if ('fault' in read) {
        faults.push(read.fault);
        return;
      }
      if (seen.has(read.value.token) || seen.size === MAXIMUM_CANDIDATES) return;
      seen.add(read.value.token);
      const judged = judgeAndTake(read.value, chain(read.value.certificateUrl));
      judged.catch(() => undefined); // settle() tells; until then nobody listens
      pending.push(judged);
    },
    async settle() {
      await Promise.all(pending);
      return { reasons: holders.length > 0 ? [...faults, 'ambiguous'] : faults, holders };
    },
  };
}

async function judge(
  { parts, rules, call, channel }: CandidateContext,
  passport: Passport,
  chain: ChainResult | Promise<ChainResult>,
): Promise<Outcome<ValidPassport>> {
  const nowSeconds = parts.now() / 1000;
  const fault = matchCall(passport, call, rules, nowSeconds);
  if (fault !== undefined) return { fault };
  const finding = await chain;
  return judgeSigner(passport, outcomeOf(parts, finding, passport, nowSeconds), channel, rules);
}

/** The certificate has to be in force now, and when the PASSporT was issued (RFC 8224 Section 6.2, step 4). */
function outcomeOf(
  parts: VerificationParts,
  finding: ChainResult,
  passport: Passport,
  now: number,
): ChainOutcome {
  if ('unavailable' in finding) return { fault: FAULTS[finding.unavailable] };
  const path = parts.chains.validated(finding.chain, now);
  if (!path.valid || passport.issuedAt <= path.leaf.notAfter) return { path };
  return { fault: 'certificate-expired' };
}

const FAULTS: Record<Unavailable, Fault> = {
  unlisted: 'certificate-unlisted',
  policy: 'certificate-unlisted',
  'bad-url': 'certificate-unavailable',
  'bad-body': 'certificate-malformed',
  'fetch-failed': 'certificate-unavailable',
  deadline: 'certificate-unavailable',
};

/** @returns whether the call has its PASSporT now */
async function take(context: CandidateContext, valid: ValidPassport, holders: string[]): Promise<boolean> {
  const { parts, rules, callKey, onVerified } = context;
  const name = encodeBase64url(passportDigest(rules.crypto, valid.passport));
  const untilMs = (valid.passport.issuedAt + rules.freshnessSeconds) * 1000;
  const holder = await parts.used.take(name, callKey, untilMs, parts.now());
  if (holder === callKey) onVerified(verifiedBy(valid));
  else holders.push(holder);
  return holder === callKey;
}
