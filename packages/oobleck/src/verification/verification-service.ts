// Verification service (RFC 8816 Section 8.2, RFC 8224 Section 6.2): IO around the steps of stir/verdict. In band it
// reads what the call brought, out of band it fetches and opens what was left for it. Every wait ends by one deadline,
// and whatever goes wrong leaves the call unverifiable, never verified.

import { type ArrivedCall, callKey } from '@oobleck/stir/call';
import type { NumberMap } from '@oobleck/stir/certificate';
import { splitIdentities } from '@oobleck/stir/identity';
import type { Envelope } from '@oobleck/stir/seal';
import {
  type Channel,
  DEFAULT_FRESHNESS_SECONDS,
  type Fault,
  furthest,
  type JudgeRules,
  notVerified,
  readIdentity,
  readPassport,
  type Verdict,
} from '@oobleck/stir/verdict';
import { createAnswers } from '../call/index.ts';
import { type ChainFinder, createCandidates, type Shortfall } from './candidates.ts';
import { createOpenedBlobs } from './opened-blobs.ts';
import type { VerificationParts } from './parts.ts';
import { addressesFor, MAXIMUM_ADDRESSES, type RetrievalParts, retrieveAll } from './retrieval.ts';

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
  /** Calls whose answers are remembered, default 65536. */
  readonly rememberedCalls?: number;
  readonly numberMap?: NumberMap | undefined;
}

export interface VerificationService {
  /**
   * The verdict on a call. Never rejects. The same call again gets the same answer.
   * @param identities values of its Identity header fields, none where they were lost
   */
  verify(call: ArrivedCall, identities: readonly string[]): Promise<Verdict>;
}

export function createVerificationService(
  parts: VerificationParts,
  options: VerificationOptions = {},
): VerificationService {
  const { crypto, now } = parts;
  const freshnessSeconds = options.freshnessSeconds ?? DEFAULT_FRESHNESS_SECONDS;
  const answers = createAnswers<Verdict>(now, 2 * freshnessSeconds * 1000, options.rememberedCalls ?? 65_536);
  const deadlineMs = options.deadlineMs ?? 400;
  const settings: Settings = {
    addresses: Math.min(options.addressesPerCall ?? 2, MAXIMUM_ADDRESSES),
    rules: {
      crypto,
      freshnessSeconds,
      divertedMaximumAgeSeconds: options.divertedMaximumAgeSeconds,
      numberMap: options.numberMap,
    },
    retrieval: { ...parts, opened: createOpenedBlobs(crypto, now) },
  };
  return {
    verify(call, identities) {
      const key = callKey(crypto, call);
      return answers.once(key, () => {
        const question = { call, key, endsAtMs: performance.now() + deadlineMs };
        const decided = decide(parts, settings, question, identities).catch((error: unknown) => {
          parts.onEvent?.({ event: 'internal-error', error });
          return notVerified('internal');
        });
        return orTooLate(decided, deadlineMs + GRACE_MS);
      });
    },
  };
}

/** How long after the deadline the work on what has arrived may take. */
const GRACE_MS = 100;

/** Whatever a port does, the call is answered: the ports keep the deadline, and this holds where one does not. */
function orTooLate(decided: Promise<Verdict>, boundMs: number): Promise<Verdict> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(notVerified('internal')), boundMs);
    void decided.then((verdict) => {
      clearTimeout(timer);
      resolve(verdict);
    });
  });
}

/** Identity header fields looked at for one call. */
const MAXIMUM_IDENTITIES = 8;

interface Settings {
  readonly addresses: number;
  readonly rules: JudgeRules;
  readonly retrieval: RetrievalParts;
}

interface Question {
  readonly call: ArrivedCall;
  readonly key: string;
  /** On the monotonic clock. */
  readonly endsAtMs: number;
}

async function decide(
  parts: VerificationParts,
  settings: Settings,
  question: Question,
  identities: readonly string[],
): Promise<Verdict> {
  const inBand =
    identities.length === 0 ? undefined : await decideInBand(parts, settings, question, identities);
  if (inBand?.status === 'verified') return inBand;
  // Out of band can only improve a verdict: what strangers leave at a CPS never makes a call a failed one.
  const outOfBand = await decideOutOfBand(parts, settings, question);
  return inBand === undefined || outOfBand.status === 'verified' ? outOfBand : inBand;
}

/** One good header field is enough (RFC 8224 Section 6.2.1). */
async function decideInBand(
  parts: VerificationParts,
  { rules }: Settings,
  { call, key, endsAtMs }: Question,
  identities: readonly string[],
): Promise<Verdict> {
  const channel = 'in-band';
  let verdict: Verdict | undefined;
  const onVerified = (verified: Verdict): void => {
    verdict = verified;
  };
  const candidates = createCandidates({ parts, rules, call, callKey: key, channel, onVerified });
  const values = identities
    .slice(0, MAXIMUM_IDENTITIES)
    .flatMap(splitIdentities)
    .slice(0, MAXIMUM_IDENTITIES);
  candidates.consider(
    values.map((value) => readIdentity(value, call)),
    chainFinder(parts, channel, endsAtMs),
  );
  const shortfall = await candidates.settle();
  return verdict ?? conclude(parts, key, shortfall, 'no-passport', channel);
}

async function decideOutOfBand(
  parts: VerificationParts,
  { rules, retrieval, addresses: count }: Settings,
  { call, key, endsAtMs }: Question,
): Promise<Verdict> {
  const channel = 'out-of-band';
  if (call.caller === undefined) return notVerified('no-caller', channel);
  const addresses = addressesFor(retrieval, call, count);
  if (addresses.length === 0) return notVerified('not-served', channel);
  return new Promise((resolve, reject) => {
    let isVerified = false;
    const onVerified = (verified: Verdict): void => {
      isVerified = true;
      resolve(verified);
    };
    const candidates = createCandidates({ parts, rules, call, callKey: key, channel, onVerified });
    const receive = ({ passports, chain }: Envelope): void => {
      // The chain of an envelope is that of its first PASSporT.
      const fetched = chainFinder(parts, channel, endsAtMs);
      candidates.consider(passports.map(readPassport), (passport) =>
        chain !== undefined && passport.token === passports[0]
          ? parts.chains.chainOf(chain)
          : fetched(passport),
      );
    };
    const finish = async (): Promise<void> => {
      const answered = await retrieveAll(retrieval, addresses, left(endsAtMs), receive);
      const shortfall = await candidates.settle();
      if (isVerified) return;
      resolve(conclude(parts, key, shortfall, answered === 0 ? 'cps-unavailable' : 'no-passport', channel));
    };
    finish().catch(reject);
  });
}

/** The chain that a PASSporT brings in its header, or that lies under its address. */
function chainFinder({ chains }: VerificationParts, channel: Channel, endsAtMs: number): ChainFinder {
  return ({ chain, certificateUrl }) =>
    chain === undefined
      ? chains.chainFor(certificateUrl, { channel, signalDeadlineMs: left(endsAtMs) })
      : chains.chainOf(chain);
}

/** The verdict where no PASSporT was taken; where others hold all that match, they are told. */
function conclude(
  { onEvent }: VerificationParts,
  call: string,
  { reasons, holders }: Shortfall,
  otherwise: Fault,
  channel: Channel,
): Verdict {
  const reason = furthest(reasons, otherwise) as Fault;
  if (reason === 'ambiguous') for (const holder of holders) onEvent?.({ event: 'ambiguous', holder, call });
  return notVerified(reason, channel);
}

function left(endsAtMs: number): number {
  return Math.max(1, endsAtMs - performance.now());
}
