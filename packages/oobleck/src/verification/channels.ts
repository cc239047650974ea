// The two ways a PASSporT comes to a call: with it, in Identity header fields (RFC 8224 Section 6.2), or past it, left
// at a CPS (RFC 8816 Section 8.2). Each gives the verdict that it alone would give, as soon as one PASSporT is good.

import type { ArrivedCall } from '@oobleck/stir/call';
import { splitIdentities } from '@oobleck/stir/identity';
import type { Passport } from '@oobleck/stir/passport';
import type { Envelope } from '@oobleck/stir/seal';
import {
  type Channel,
  type Fault,
  furthest,
  type JudgeRules,
  notVerified,
  type Outcome,
  readIdentity,
  readPassport,
  type Verdict,
} from '@oobleck/stir/verdict';
import type { AtOnceOrLater } from '../call/index.ts';
import { bringStreamed } from './bring-streamed.ts';
import { type Candidates, type ChainFinder, createCandidates, type Shortfall } from './candidates.ts';
import { askClear, clearQuestionsFor } from './clear-questions.ts';
import type { VerificationParts } from './parts.ts';
import type { Rejections } from './rejections.ts';
import { addressesFor, type RetrievalParts, retrieveAll } from './retrieval.ts';
import {
  addressesIn,
  FIRST_ENVELOPES,
  fetchingFew,
  OF_FIRST_ENVELOPES,
  OF_LATER_ENVELOPES,
} from './sealed-bounds.ts';
import { fromEnvelope, fromSealedFields, type SealedIdentities } from './sealed-chain.ts';
import type { Turns } from './turns.ts';

export interface ChannelSettings {
  /** Mailboxes asked for each call. */
  readonly addresses: number;
  readonly rules: JudgeRules;
  readonly retrieval: RetrievalParts;
  /** Names of peers that the trunk of the call adds to those asked in clear. */
  readonly clearPeers?: readonly string[] | undefined;
  readonly streamWaitMs: number | undefined;
  /** What the call brought sealed, by envelope. */
  readonly sealed: readonly SealedIdentities[];
  /** Whether the verdict tells what came beside the PASSporT, and waits for it as long as it may. */
  readonly withCompanions: boolean;
}

export interface Question {
  readonly call: ArrivedCall;
  /** Names the call (see `callKey`). */
  readonly key: string;
  /** On the monotonic clock. */
  readonly endsAtMs: number;
  /** Shared by both channels: one call takes one PASSporT. */
  readonly turns: Turns;
  /** Of the PASSporTs that came with the call. */
  readonly rejections: Rejections;
}

/** Identity header fields looked at for one call. */
const MAXIMUM_IDENTITIES = 8;

/** One good header field is enough (RFC 8224 Section 6.2.1). At once where the chains are in memory. */
export function decideInBand(
  parts: VerificationParts,
  settings: ChannelSettings,
  question: Question,
  identities: readonly string[],
): AtOnceOrLater<Verdict> {
  return decideBy(parts, settings, question, 'in-band', (candidates) => {
    const values = valuesOf(identities);
    const open = readsOf(values, question.call);
    const fetched = chainFinder(parts, 'in-band', question.endsAtMs);
    if (settings.sealed.length === 0) {
      question.rejections.read(values, open);
      candidates.consider(open, fetched);
      return 'no-passport';
    }
    const envelopes = settings.sealed.map(({ identities: all, chain }, at) => {
      const bounds = at < FIRST_ENVELOPES ? OF_FIRST_ENVELOPES : OF_LATER_ENVELOPES;
      const inside = all.slice(0, bounds.passports);
      return { values: inside, reads: readsOf(inside, question.call), chain, bounds };
    });
    const known = addressesIn(open);
    const fields = [{ values, reads: open }, ...envelopes];
    question.rejections.read(
      fields.flatMap((one) => one.values),
      fields.flatMap((one) => one.reads),
    );
    candidates.consider(open, fetched);
    for (const { reads, chain, bounds } of envelopes) {
      const sparing = fetchingFew(fetched, known, bounds.addresses);
      const chainOf =
        chain === undefined ? sparing : fromSealedFields(parts.chains, reads, open, chain, sparing);
      candidates.considerSealed(withDiverted(reads, open), chainOf, bounds.candidates);
    }
    return 'no-passport';
  });
}

function readsOf(values: readonly string[], call: ArrivedCall): readonly Outcome<Passport>[] {
  return values.map((value) => readIdentity(value, call));
}

/** What came sealed by itself, and together with what stands in the open only where a diversion may join them. */
function withDiverted(
  sealed: readonly Outcome<Passport>[],
  open: readonly Outcome<Passport>[],
): readonly Outcome<Passport>[] {
  const reads = [...sealed, ...open];
  return reads.some((read) => 'value' in read && read.value.diversion !== undefined) ? reads : sealed;
}

function valuesOf(identities: readonly string[]): readonly string[] {
  if (identities.length === 1) return splitIdentities(identities[0]!).slice(0, MAXIMUM_IDENTITIES);
  return identities.slice(0, MAXIMUM_IDENTITIES).flatMap(splitIdentities).slice(0, MAXIMUM_IDENTITIES);
}

/** At once where there is nobody to ask. */
export function decideOutOfBand(
  parts: VerificationParts,
  settings: ChannelSettings,
  question: Question,
): AtOnceOrLater<Verdict> {
  const channel = 'out-of-band';
  const { retrieval, addresses: count } = settings;
  if (question.call.caller === undefined) return notVerified('no-caller', channel);
  const addresses = addressesFor(retrieval, question.call, count);
  const questions = clearQuestionsFor(parts.clear, question.call, settings.clearPeers);
  if (addresses.length === 0 && questions.length === 0) return notVerified('not-served', channel);
  return decideBy(parts, settings, question, channel, async (candidates, verified) => {
    const fetched = chainFinder(parts, channel, question.endsAtMs);
    const receive = ({ passports, chain }: Envelope): void => {
      const reads = passports.map(readPassport);
      candidates.consider(
        reads,
        chain === undefined ? fetched : fromEnvelope(parts.chains, reads, chain, fetched),
      );
    };
    const receiveClear = (passports: readonly string[]): void => {
      candidates.considerMixed(passports.map(readPassport), fetched);
    };
    const ask = () => retrieveAll(retrieval, addresses, left(question.endsAtMs), receive);
    const bringing = { receive, ask, verified: verified() };
    const answered = await Promise.all([
      parts.streamed === undefined || addresses.length === 0
        ? ask()
        : bringStreamed(parts.streamed, addresses, question, settings.streamWaitMs, bringing),
      askClear(questions, left(question.endsAtMs), receiveClear),
    ]);
    return answered.every((count) => count === 0) ? 'cps-unavailable' : 'no-passport';
  });
}

/**
 * The first PASSporT that is taken, whatever else is still on its way.
 * @param bring hands over candidates; gives the reason for the case that there are none
 */
function decideBy(
  parts: VerificationParts,
  { rules, sealed, withCompanions }: ChannelSettings,
  { call, key, endsAtMs, turns, rejections: all }: Question,
  channel: Channel,
  bring: (candidates: Candidates, verified: () => Promise<unknown>) => AtOnceOrLater<Fault>,
): AtOnceOrLater<Verdict> {
  const heard: { verdict?: Verdict; told?: PromiseWithResolvers<Verdict> } = {};
  const onVerified = (verdict: Verdict): void => {
    heard.verdict = verdict;
    heard.told?.resolve(verdict);
  };
  const verified = (): Promise<Verdict> => {
    heard.told ??= Promise.withResolvers<Verdict>();
    if (heard.verdict !== undefined) heard.told.resolve(heard.verdict);
    return heard.told.promise;
  };
  const rejections = channel === 'in-band' ? all : undefined;
  // Where all stands in the open, nothing of it was lost.
  const isAwaited = withCompanions && (channel === 'out-of-band' || sealed.length > 0);
  const candidates = createCandidates({
    parts,
    rules,
    call,
    callKey: key,
    channel,
    turns,
    rejections,
    companionsUntilMs: isAwaited ? endsAtMs : undefined,
    onVerified,
  });
  const conclusion = (otherwise: Fault): AtOnceOrLater<Verdict> => {
    if (heard.verdict !== undefined) return heard.verdict;
    const concluded = (shortfall: Shortfall): Verdict =>
      heard.verdict ?? conclude(parts, key, shortfall, otherwise, channel);
    const shortfall = candidates.settle();
    return shortfall instanceof Promise ? shortfall.then(concluded) : concluded(shortfall);
  };
  const brought = bring(candidates, verified);
  const concluded = brought instanceof Promise ? brought.then(conclusion) : conclusion(brought);
  return concluded instanceof Promise ? Promise.race([verified(), concluded]) : concluded;
}

/** The chain that a PASSporT brings in its header, or that lies under its address. */
function chainFinder({ chains }: VerificationParts, channel: Channel, endsAtMs: number): ChainFinder {
  return ({ chain, certificateUrl }) =>
    chain === undefined
      ? chains.chainFor(certificateUrl, { channel, signalDeadlineMs: left(endsAtMs) })
      : chains.chainOf(chain);
}

/**
 * The verdict where no PASSporT was taken; where others hold all that match, they are told. What came sealed says why
 * only where nothing else does, and never that the call failed: a stranger may have sealed it.
 */
function conclude(
  { onEvent }: VerificationParts,
  call: string,
  { reasons, ofSealed, holders }: Shortfall,
  otherwise: Fault,
  channel: Channel,
): Verdict {
  const isSealedOnly = reasons.length === 0 && ofSealed.length > 0;
  const reason = furthest(isSealedOnly ? ofSealed : reasons, otherwise) as Fault;
  if (reason === 'ambiguous') for (const holder of holders) onEvent?.({ event: 'ambiguous', holder, call });
  return isSealedOnly ? { ...notVerified(reason), channel } : notVerified(reason, channel);
}

function left(endsAtMs: number): number {
  return Math.max(1, endsAtMs - performance.now());
}
