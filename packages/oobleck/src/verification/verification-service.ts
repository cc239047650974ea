// Verification service (RFC 8816 Section 8.2, RFC 8224 Section 6.2): IO around the steps of stir/verdict. In band it
// reads what the call brought, out of band it fetches and opens what was left for it. Every wait ends by one deadline,
// and whatever goes wrong leaves the call unverifiable, never verified, nor bogus (RFC 8816 Section 7.2).

import { encodeBase64url } from '@oobleck/stir/bytes';
import { type ArrivedCall, callKey } from '@oobleck/stir/call';
import type { NumberMap } from '@oobleck/stir/certificate';
import { DEFAULT_FRESHNESS_SECONDS, notVerified, type Verdict } from '@oobleck/stir/verdict';
import { type AtOnceOrLater, afterInput, createAnswers } from '../call/index.ts';
import { type ChannelSettings, decideInBand, decideOutOfBand, type Question } from './channels.ts';
import { createOpenedBlobs } from './opened-blobs.ts';
import type { VerificationParts } from './parts.ts';
import { createRejections, type Rejections } from './rejections.ts';
import { MAXIMUM_ADDRESSES } from './retrieval.ts';
import type { SealedIdentities } from './sealed-chain.ts';
import { createTurns } from './turns.ts';

export interface VerificationOptions {
  /** For all network work of one call, default 400. */
  readonly deadlineMs?: number;
  /** How far `iat` may be from now, default 60. */
  readonly freshnessSeconds?: number;
  /**
   * How old the `iat` of a diverted PASSporT may be, default `freshnessSeconds`; up to three hours where established
   * calls are transferred (RFC 8946 Section 4.2).
   */
  readonly divertedMaximumAgeSeconds?: number | undefined;
  /**
   * Mailboxes asked for each call, 1 to 4: the same number always. Default 2: while a key takes the place of another, a
   * call lies in the mailbox of either.
   */
  readonly addressesPerCall?: number;
  /**
   * How long a call waits for what a stream may still bring, within the deadline; default two ticks and 100 ms. With it, a
   * call waits so long where streams are broken, too.
   */
  readonly streamWaitMs?: number;
  /** Calls whose answers are remembered, default 65536. */
  readonly rememberedCalls?: number;
  readonly numberMap?: NumberMap | undefined;
}

export interface HowToAsk {
  /** Mailboxes asked, 1 to 8, where calls of a kind need more than `addressesPerCall`: for each of them the same. */
  readonly addresses?: number | undefined;
  /** Names of peers that the trunk of the call adds to those asked in clear. */
  readonly clearPeers?: readonly string[] | undefined;
  /** Where a call has less time than `deadlineMs`. */
  readonly deadlineMs?: number | undefined;
  /** Whether only what the call brought is looked at. */
  readonly isInBandOnly?: boolean | undefined;
  /** What the call brought sealed, by envelope. As out of band it can only improve a verdict: anybody can seal. */
  readonly sealed?: readonly SealedIdentities[] | undefined;
  /**
   * Whether the verdict tells what came beside the PASSporT where some of it was lost on the way or sealed, so that all of
   * it can be put back: its certificates are waited for within the time of the call.
   */
  readonly withCompanions?: boolean | undefined;
}

export interface VerificationService {
  /**
   * The verdict on a call, at once where all that it takes is in memory. Never rejects or throws. The same call again, with the
   * same evidence, gets the same answer.
   * @param identities values of its Identity header fields, none where they were lost
   */
  verify(call: ArrivedCall, identities: readonly string[], how?: HowToAsk): AtOnceOrLater<Verdict>;
}

export function createVerificationService(
  parts: VerificationParts,
  options: VerificationOptions = {},
): VerificationService {
  const { crypto, now } = parts;
  const freshnessSeconds = options.freshnessSeconds ?? DEFAULT_FRESHNESS_SECONDS;
  const answers = createAnswers<Verdict, AtOnceOrLater<Verdict>>(
    now,
    2 * freshnessSeconds * 1000,
    options.rememberedCalls ?? 65_536,
  );
  const deadlineMs = options.deadlineMs ?? 400;
  const settings: ChannelSettings = {
    addresses: bounded(options.addressesPerCall ?? 2),
    rules: {
      crypto,
      freshnessSeconds,
      divertedMaximumAgeSeconds: options.divertedMaximumAgeSeconds,
      numberMap: options.numberMap,
    },
    streamWaitMs: options.streamWaitMs,
    sealed: [],
    withCompanions: false,
    retrieval: { ...parts, opened: createOpenedBlobs(crypto, now) },
  };
  return {
    verify(call, identities, how = {}) {
      const {
        addresses,
        clearPeers,
        sealed = [],
        deadlineMs: atMostMs = deadlineMs,
        isInBandOnly = false,
        withCompanions = false,
      } = how;
      const key = callKey(crypto, call);
      const { displayName, formerlyCalled, mediaKeys } = call;
      const evidence = [identities, sealed.map(textOf), mediaKeys, displayName, formerlyCalled];
      // The answer is to all that is judged, the PASSporT it takes is the call's: what is asked beside the call, about its
      // priority, or with other evidence, has an answer of its own.
      const asked = crypto.sha256Name(JSON.stringify([key, isInBandOnly, withCompanions, evidence]));
      return answers.once(asked, () => {
        const leftMs = Math.max(1, Math.min(deadlineMs, atMostMs));
        const rejections = createRejections();
        const question = {
          call,
          key,
          endsAtMs: performance.now() + leftMs,
          turns: createTurns(),
          rejections,
        };
        const { rules, retrieval, streamWaitMs } = settings;
        const here = {
          addresses: addresses === undefined ? settings.addresses : bounded(addresses),
          rules,
          retrieval,
          clearPeers,
          streamWaitMs,
          sealed,
          withCompanions,
        };
        const decided = orInternal(parts, () => decide(parts, here, question, identities, isInBandOnly));
        return decided instanceof Promise
          ? orTooLate(decided, leftMs + GRACE_MS).then((verdict) => withRejections(verdict, rejections))
          : withRejections(decided, rejections);
      });
    },
  };
}

function textOf({ identities, chain }: SealedIdentities): readonly unknown[] {
  return [identities, chain?.map((certificate) => encodeBase64url(certificate))];
}

/** Whatever goes wrong here, in this turn or later, the call is unverifiable. */
function orInternal(
  { onEvent }: VerificationParts,
  decide: () => AtOnceOrLater<Verdict>,
): AtOnceOrLater<Verdict> {
  const failed = (error: unknown): Verdict => {
    onEvent?.({ event: 'internal-error', error });
    return notVerified('internal');
  };
  try {
    const decided = decide();
    return decided instanceof Promise ? decided.catch(failed) : decided;
  } catch (error) {
    return failed(error);
  }
}

/** What is known when the call has its verdict: a slow certificate of one PASSporT does not hold up the others. */
function withRejections(verdict: Verdict, rejections: Rejections): Verdict {
  const list = rejections.list();
  return list.length === 0 ? verdict : { ...verdict, rejections: list };
}

function bounded(addresses: number): number {
  return Math.max(1, Math.min(addresses, MAXIMUM_ADDRESSES));
}

/** How long after the deadline the work on what has arrived may take. */
const GRACE_MS = 100;

/** Whatever a port does, the call is answered: the ports keep the deadline, and this holds where one does not. */
function orTooLate(decided: Promise<Verdict>, boundMs: number): Promise<Verdict> {
  return new Promise((resolve) => {
    let callOff = (): void => undefined;
    const dueAtMs = performance.now() + boundMs;
    const timer = setTimeout(() => {
      callOff = afterInput(() => resolve(notVerified('deadline')), dueAtMs);
    }, boundMs);
    void decided.then((verdict) => {
      clearTimeout(timer);
      callOff();
      resolve(verdict);
    });
  });
}

/**
 * How long in band is waited for alone: its certificate is in the cache for all but the first call, and a call that it
 * proves asks nothing of a CPS. A header field that holds things up must not keep out of band from its turn.
 */
const HEAD_START_MS = 50;

function decide(
  parts: VerificationParts,
  settings: ChannelSettings,
  question: Question,
  identities: readonly string[],
  isInBandOnly: boolean,
): AtOnceOrLater<Verdict> {
  if (isInBandOnly) return decideInBand(parts, settings, question, identities);
  const outOfBand = (): AtOnceOrLater<Verdict> => decideOutOfBand(parts, settings, question);
  if (identities.length === 0 && settings.sealed.length === 0) return outOfBand();
  const inBand = decideInBand(parts, settings, question, identities);
  if (!(inBand instanceof Promise))
    return inBand.status === 'verified' ? inBand : better(inBand, outOfBand());
  return decideBoth(inBand, outOfBand);
}

/** Out of band can only improve a verdict: what strangers leave at a CPS never makes a call a failed one. */
function better(inBand: Verdict, outOfBand: AtOnceOrLater<Verdict>): AtOnceOrLater<Verdict> {
  if (outOfBand instanceof Promise) return firstVerified([outOfBand]).then((found) => found ?? inBand);
  return outOfBand.status === 'verified' ? outOfBand : inBand;
}

async function decideBoth(
  inBand: Promise<Verdict>,
  outOfBand: () => AtOnceOrLater<Verdict>,
): Promise<Verdict> {
  const early = await within(inBand, HEAD_START_MS);
  if (early?.status === 'verified') return early;
  return (await firstVerified([inBand, outOfBand()])) ?? inBand;
}

function within(decided: Promise<Verdict>, boundMs: number): Promise<Verdict | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(undefined), boundMs);
    decided.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

async function firstVerified(decided: readonly AtOnceOrLater<Verdict>[]): Promise<Verdict | undefined> {
  const verified = decided.map(async (one) => {
    const verdict = await one;
    if (verdict.status !== 'verified') throw new Error('not verified');
    return verdict;
  });
  return Promise.any(verified).catch(() => undefined);
}
