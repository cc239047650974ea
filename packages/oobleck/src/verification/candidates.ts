// The candidates of one call: each PASSporT that turned up, by itself or with the diversions that lead to the number
// called, is judged on its own, and the first valid one that no other call holds is taken. One call takes one PASSporT
// and what came with it, however many would do; one that takes none takes nothing from others.

import type { ArrivedCall } from '@oobleck/stir/call';
import type { Passport } from '@oobleck/stir/passport';
import {
  byWeight,
  type ChainOutcome,
  type Channel,
  findChains,
  type JudgeRules,
  judgeChain,
  judgeFaults,
  judgeSignature,
  linksOf,
  matchChain,
  matchFaults,
  type Outcome,
  type PassportChain,
  type Reason,
  type ValidPassport,
  type Verdict,
  verifiedBy,
} from '@oobleck/stir/verdict';
import type { ChainResult } from '../trust/index.ts';
import { isAtHand, outcomesOf } from './chain-outcomes.ts';
import { setsIn } from './clear-questions.ts';
import { type Companions, createCompanions, NO_COMPANIONS } from './companions.ts';
import type { VerificationParts } from './parts.ts';
import type { Rejections } from './rejections.ts';
import { createTriedCandidates } from './tried-candidates.ts';
import type { Turns } from './turns.ts';
import { useOf } from './used-name.ts';

export interface CandidateContext {
  readonly parts: VerificationParts;
  readonly rules: JudgeRules;
  readonly call: ArrivedCall;
  /** Names the call (see `callKey`). */
  readonly callKey: string;
  readonly channel: Channel;
  readonly turns: Turns;
  /** Where what was wrong with each PASSporT is told: in band. */
  readonly rejections?: Rejections | undefined;
  /**
   * On the monotonic clock: until when a call that has its PASSporT waits for what came beside it. Left out, the verdict does
   * not tell of that.
   */
  readonly companionsUntilMs?: number | undefined;
  /** Called once, when the call has its PASSporT. */
  readonly onVerified: (verdict: Verdict) => void;
}

/** Gives the certificate chain behind a PASSporT; asked whether or not the PASSporT is about this call. */
export type ChainFinder = (passport: Passport) => ChainResult | Promise<ChainResult>;

export interface Candidates {
  /** PASSporTs that belong together: those of one call in band, or of one envelope. Diversions are followed within. */
  consider(reads: readonly Outcome<Passport>[], chainOf: ChainFinder): void;
  /** PASSporTs of any calls between two numbers: each stands for itself, since nothing says what came together. */
  considerMixed(reads: readonly Outcome<Passport>[], chainOf: ChainFinder): void;
  /** The same for what came with the call, but sealed: anybody may have done so. @param most that are judged */
  considerSealed(reads: readonly Outcome<Passport>[], chainOf: ChainFinder, most: number): void;
  /** Once all are judged, which may be now: why each that fell short did. */
  settle(): Shortfall | Promise<Shortfall>;
}

export interface Shortfall {
  readonly reasons: readonly Reason[];
  /** Of what came sealed with the call. */
  readonly ofSealed: readonly Reason[];
  /** The calls that hold PASSporTs this call could have taken. */
  readonly holders: readonly string[];
}

export function createCandidates(context: CandidateContext): Candidates {
  const ofOpen: Reason[] = [];
  const ofSealed: Reason[] = [];
  const holders: string[] = [];
  const tried = createTriedCandidates();
  const pending: Promise<void>[] = [];
  /** Of PASSporTs that have had their share of chains: judged when all others were. */
  const spare: (() => void | Promise<void>)[] = [];

  const take = (
    { candidate, faults, companions }: Looked,
    outcome: Outcome<ValidPassport>,
  ): void | Promise<void> => {
    if ('value' in outcome)
      return context.turns.take(() =>
        takeFor(context, candidate, outcome.value, companions, { faults, holders }),
      );
    faults.push(outcome.fault);
  };

  const judgeAndTake = (
    looked: Looked,
    name: string,
    findings: readonly ChainResult[],
  ): void | Promise<void> => {
    const { candidate } = looked;
    const outcomes = outcomesOf(context.parts, candidate, findings);
    const untrusted = outcomes.findIndex((outcome) => 'fault' in outcome || !outcome.path.valid);
    // Decided by that chain alone: what costs no signature check of a PASSporT takes nobody's place.
    if (untrusted >= 0) return take(looked, judgeUntrusted(context, candidate, outcomes, untrusted));
    const judgeIn = (isLast: boolean): void | Promise<void> => {
      const place = tried.placeFor(name, isLast);
      if (place === 'now') return take(looked, judge(context, candidate, outcomes));
      if (place === 'later') spare.push(() => judgeIn(true));
    };
    return judgeIn(false);
  };

  const waitFor = (judged: void | Promise<void>): void => {
    if (judged === undefined) return;
    judged.catch(() => undefined); // settle() tells; until then nobody listens
    pending.push(judged);
  };

  const settle = (): Shortfall | Promise<Shortfall> => {
    for (const judged of spare.splice(0)) waitFor(judged());
    if (pending.length > 0) return Promise.all(pending.splice(0)).then(settle);
    return { reasons: ofOpen, ofSealed, holders };
  };

  /** @returns whether it is judged: it is about this call, and was not tried before */
  const look = (looked: Looked, chainOf: ChainFinder, mayJudge: boolean): boolean => {
    const { candidate, faults } = looked;
    // Asked for whomever the PASSporT is about: what is fetched must not tell whether it was this call.
    const chains = linksOf(candidate).map(chainOf);
    for (const chain of chains) if (chain instanceof Promise) chain.catch(() => undefined); // heard where it is waited for
    const now = context.parts.now() / 1000;
    const fault = matchChain(candidate, context.call, context.rules, now);
    if (fault !== undefined) {
      context.rejections?.fell(candidate, matchFaults(candidate, context.call, context.rules, now));
      if (fault === 'stale') tellStale(context, candidate, now);
      faults.push(fault);
      return false;
    }
    const name = nameOf(candidate);
    if (!mayJudge || !tried.isNew(name, chains)) return false;
    // In this turn, where all that it takes is in memory.
    waitFor(
      isAtHand(chains)
        ? judgeAndTake(looked, name, chains)
        : Promise.all(chains).then((found) => judgeAndTake(looked, name, found)),
    );
    return true;
  };

  const lookAtAll = (
    reads: readonly Outcome<Passport>[],
    faults: Reason[],
    chainOf: ChainFinder,
    most: number,
    isMixed = false,
  ): void => {
    const passports: Passport[] = [];
    for (const read of reads)
      if ('value' in read) passports.push(read.value);
      else faults.push(read.fault);
    const found = findChains(passports);
    context.rejections?.found(found.chains);
    faults.push(...found.faults);
    const isAlone = passports.length === 1;
    const ask = isAlone ? chainOf : onceEach(chainOf);
    const companions = isAlone || isMixed ? NO_COMPANIONS : createCompanions(context, passports, ask);
    companions.ask();
    // What comes beside another decides nothing: left of a call that the other proved, it would prove a second one.
    const chains = isMixed ? found.chains.filter(({ base }) => DECIDING.has(base.extension)) : found.chains;
    let judged = 0;
    for (const candidate of chains) if (look({ candidate, faults, companions }, ask, judged < most)) judged++;
  };

  return {
    consider: (reads, chainOf) => lookAtAll(reads, ofOpen, chainOf, Number.POSITIVE_INFINITY),
    considerMixed(reads, chainOf) {
      const ask = onceEach(chainOf);
      for (const set of setsIn(reads)) lookAtAll(set, ofOpen, ask, Number.POSITIVE_INFINITY, true);
    },
    considerSealed: (reads, chainOf, most) => lookAtAll(reads, ofSealed, chainOf, most),
    settle,
  };
}

/** Of PASSporTs of any calls between two numbers. */
const DECIDING: ReadonlySet<string> = new Set(['shaken', 'base']);

/** A chain of one set of PASSporTs. */
interface Looked {
  readonly candidate: PassportChain;
  readonly faults: Reason[];
  /** What came with it. */
  readonly companions: Companions;
}

/** Where many are stale, it may be the clock here that is wrong. */
function tellStale({ parts }: CandidateContext, candidate: PassportChain, now: number): void {
  const aheadSeconds = Math.round(linksOf(candidate)[0]!.issuedAt - now);
  parts.onEvent?.({ event: 'stale', aheadSeconds });
}

/** A PASSporT that stands in several chains of one set is asked about once; the same one in another envelope anew. */
function onceEach(chainOf: ChainFinder): ChainFinder {
  const asked = new Map<string, ChainResult | Promise<ChainResult>>();
  return (passport) => {
    const known = asked.get(passport.token);
    if (known !== undefined) return known;
    const chain = chainOf(passport);
    asked.set(passport.token, chain);
    return chain;
  };
}

function judge(
  { rules, channel, rejections }: CandidateContext,
  candidate: PassportChain,
  outcomes: readonly ChainOutcome[],
): Outcome<ValidPassport> {
  const judged = judgeChain(candidate, outcomes, channel, rules);
  if ('fault' in judged) rejections?.fell(candidate, judgeFaults(candidate, outcomes, rules));
  return judged;
}

/** In band, where they are few, each link is told what is wrong with it; strangers get no more work out of it than this. */
function judgeUntrusted(
  context: CandidateContext,
  candidate: PassportChain,
  outcomes: readonly ChainOutcome[],
  untrusted: number,
): Outcome<ValidPassport> {
  if (context.channel === 'in-band' || candidate.diversions.length === 0)
    return judge(context, candidate, outcomes);
  const signed = judgeSignature(linksOf(candidate)[untrusted]!, [], outcomes[untrusted]!, context.rules);
  return 'fault' in signed ? signed : { fault: 'internal' };
}

function nameOf(candidate: PassportChain): string {
  if (candidate.diversions.length === 0) return candidate.base.token;
  return linksOf(candidate)
    .map(({ token }) => token)
    .join();
}

/** @returns whether the call has its PASSporT now */
function takeFor(
  context: CandidateContext,
  candidate: PassportChain,
  valid: ValidPassport,
  companions: Companions,
  fallen: { readonly faults: Reason[]; readonly holders: string[] },
): boolean | Promise<boolean> {
  const { parts, rules, callKey, rejections } = context;
  const nowMs = parts.now();
  // It was in time; what was waited for since, a certificate or another candidate, is not the caller's fault.
  if (matchChain(candidate, context.call, rules, nowMs / 1000) !== undefined) {
    fallen.faults.push('deadline');
    return false;
  }
  const { name, untilMs } = useOf(context, candidate);
  const settle = (holder: string): boolean | Promise<boolean> => {
    if (holder === callKey) {
      rejections?.held(candidate);
      return tellVerified(context, candidate, valid, companions);
    }
    rejections?.fell(
      candidate,
      linksOf(candidate).map((link) => (link === candidate.base ? 'ambiguous' : undefined)),
    );
    fallen.faults.push('ambiguous');
    fallen.holders.push(holder);
    return false;
  };
  const holder = parts.used.take(name, callKey, untilMs, nowMs);
  return holder instanceof Promise ? holder.then(settle) : settle(holder);
}

/** What came with the PASSporT is taken as well; the verdict rests on whichever of them says most about the caller. */
function tellVerified(
  { companionsUntilMs, onVerified }: CandidateContext,
  candidate: PassportChain,
  valid: ValidPassport,
  companions: Companions,
): true | Promise<true> {
  const tell = (others: readonly ValidPassport[]): true => {
    const [first, ...rest] = [valid, ...others].sort((a, b) => byWeight(a.passport, b.passport));
    onVerified(verifiedBy(first!, rest));
    return true;
  };
  if (companionsUntilMs === undefined) {
    void companions.takeBeside(candidate, 0);
    return tell([]);
  }
  const others = companions.takeBeside(candidate, companionsUntilMs - performance.now());
  return others instanceof Promise ? others.then(tell) : tell(others);
}
