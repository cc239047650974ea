// What `passport verify` looks at, one check after the other (RFC 8224 Section 6.2), each with its result and why. The
// verdict is not made of them: it comes from the same functions that the verification service runs.

import { equalBytes } from '@oobleck/stir/bytes';
import type { ArrivedCall } from '@oobleck/stir/call';
import {
  authorityOver,
  type Certificate,
  meetsClaimConstraints,
  type NumberMap,
  spcOwnsBy,
  validatePath,
  verifyingKeyOf,
} from '@oobleck/stir/certificate';
import type { Crypto } from '@oobleck/stir/crypto';
import { namesParty, type Party, type Passport, pptOf } from '@oobleck/stir/passport';
import type { Crl } from '@oobleck/stir/revocation';
import {
  type ChainOutcome,
  type JudgeRules,
  judgeChain,
  linksOf,
  matchChain,
  type PassportChain,
  type Reason,
} from '@oobleck/stir/verdict';
import type { FoundChain } from './chain-input.ts';
import { count, formatDuration, formatTime, printable } from './layout.ts';
import { formatDestinations, formatParty } from './party.ts';
import { describePathFault } from './path-fault.ts';

export interface Check {
  readonly name: string;
  readonly result: 'pass' | 'fail' | 'skipped';
  readonly detail: string;
}

export interface CheckQuestion {
  readonly chain: PassportChain;
  /** Absent where the person did not say from whom to whom the call is. */
  readonly call: ArrivedCall | undefined;
  /** Of each link, latest first. */
  readonly certificates: readonly FoundChain[];
  readonly anchors: readonly Certificate[];
  /** Unix seconds. */
  readonly at: number;
  readonly crypto: Crypto;
  readonly freshnessSeconds: number;
  readonly numberMap?: NumberMap | undefined;
  readonly crl?: Crl | undefined;
}

export interface CheckAnswer {
  readonly checks: readonly Check[];
  readonly reason: Reason;
}

export function checkPassport(question: CheckQuestion): CheckAnswer {
  const links = linksOf(question.chain);
  const outcomes = question.certificates.map((found) => outcomeOf(found, question));
  const checks = [
    ...checkCall(question),
    ...links.flatMap((link, i) => checkLink(link, question.certificates[i]!, outcomes[i]!, question)),
  ];
  return { checks, reason: judge(question, outcomes) };
}

function judge(question: CheckQuestion, outcomes: readonly ChainOutcome[]): Reason {
  const { chain, call, at, crypto, freshnessSeconds, numberMap } = question;
  const rules: JudgeRules = { crypto, freshnessSeconds, numberMap };
  const mismatch = matchChain(chain, call ?? callStatedBy(chain), rules, at);
  if (mismatch !== undefined) return mismatch;
  const judged = judgeChain(chain, outcomes, 'in-band', rules);
  if ('fault' in judged) return judged.fault;
  return call === undefined ? 'no-caller' : 'verified';
}

/** For the checks that are left where there is no call to compare with. */
function callStatedBy(chain: PassportChain): ArrivedCall {
  const { originator } = chain.base;
  const { destinations } = linksOf(chain)[0]!;
  return {
    tenant: '',
    callId: '',
    ...(originator.kind === 'tn' ? { caller: originator.number } : { callerUri: originator.uri }),
    called: destinations.numbers,
    calledUris: destinations.uris,
    formerlyCalled: [],
    arrivedAt: 0,
  };
}

function outcomeOf(found: FoundChain, { anchors, at, crypto, numberMap, crl }: CheckQuestion): ChainOutcome {
  if ('missing' in found)
    return { fault: found.missing === 'malformed' ? 'certificate-malformed' : 'certificate-unavailable' };
  return {
    path: validatePath({
      chain: found.chain,
      anchors,
      at,
      crypto,
      spcOwns: spcOwnsBy(numberMap),
      isRevoked: crl?.has,
    }),
  };
}

function checkCall({ chain, call, at, freshnessSeconds }: CheckQuestion): readonly Check[] {
  const latest = linksOf(chain)[0]!;
  const age = at - latest.issuedAt;
  const distance = age < 0 ? `${formatDuration(-age)} after` : `${formatDuration(age)} before`;
  return [
    ...(chain.diversions.length === 0
      ? []
      : [
          passed(
            'diversion',
            `${count(chain.diversions.length, 'diversion')} back to the PASSporT of the caller`,
          ),
        ]),
    checkCaller(chain.base, call),
    checkCalled(latest, call),
    {
      name: 'freshness',
      result: Math.abs(age) <= freshnessSeconds ? 'pass' : 'fail',
      detail: `iat is ${distance} the time of the check; ${freshnessSeconds} s are allowed`,
    },
  ];
}

function checkCaller({ originator }: Passport, call: ArrivedCall | undefined): Check {
  const stated = printable(formatParty(originator));
  if (call === undefined) return skipped('caller', `orig is ${stated}; --from was not given`);
  const caller = call.caller ?? call.callerUri;
  return stated === caller
    ? passed('caller', `orig is ${stated}, as the call presents`)
    : failed('caller', `orig is ${stated}, the call presents ${caller}`);
}

function checkCalled({ destinations }: Passport, call: ArrivedCall | undefined): Check {
  const stated = printable(formatDestinations(destinations));
  if (call === undefined) return skipped('called', `dest is ${stated}; --to was not given`);
  const called: readonly Party[] = [
    ...call.called.map((number) => ({ kind: 'tn' as const, number })),
    ...(call.calledUris ?? []).map((uri) => ({ kind: 'uri' as const, uri })),
  ];
  const found = called.find((party) => namesParty(destinations, party));
  if (found !== undefined) return passed('called', `dest names ${formatParty(found)}`);
  return failed('called', `dest is ${stated}, the call went to ${called.map(formatParty).join(', ')}`);
}

function checkLink(
  link: Passport,
  found: FoundChain,
  outcome: ChainOutcome,
  question: CheckQuestion,
): readonly Check[] {
  const checks = linkChecks(link, found, outcome, question);
  if (question.chain.diversions.length === 0) return checks;
  const whose =
    link.diversion === undefined
      ? 'of the caller'
      : `of the diversion from ${formatParty(link.diversion.from)}`;
  return checks.map((check) => ({ ...check, detail: `${printable(whose)}: ${check.detail}` }));
}

function linkChecks(
  link: Passport,
  found: FoundChain,
  outcome: ChainOutcome,
  question: CheckQuestion,
): readonly Check[] {
  if ('missing' in found) {
    const chain: Check = {
      name: 'chain',
      result: found.missing === 'malformed' ? 'fail' : 'skipped',
      detail: found.detail,
    };
    return [
      chain,
      ...['revocation', 'authority', 'signature'].map((name) => skipped(name, 'no certificate to look at')),
    ];
  }
  const leaf = found.chain[0]!;
  return [
    checkPath(found.chain, outcome, question),
    checkRevocation(found.chain, question),
    ...checkConstraints(link, leaf),
    checkAuthority(link, leaf, question),
    checkSignature(link, leaf, question),
  ];
}

function checkPath(chain: readonly Certificate[], outcome: ChainOutcome, question: CheckQuestion): Check {
  if ('fault' in outcome) return failed('chain', outcome.fault);
  const { path } = outcome;
  const { anchors, at, crypto } = question;
  if (!path.valid) return failed('chain', describePathFault(path.reason, chain, anchors, at, crypto).text);
  const isShown = chain.some(({ der }) => equalBytes(der, path.anchor.der));
  const end = printable(path.anchor.subjectText);
  return passed(
    'chain',
    `${count(chain.length, 'certificate')}, ${isShown ? 'ending with' : 'issued by'} the anchor ${end}`,
  );
}

function checkRevocation(chain: readonly Certificate[], { crl }: CheckQuestion): Check {
  if (crl === undefined) return skipped('revocation', 'no revocation list was given (--crl)');
  const revoked = chain.find((certificate) => crl.has(certificate));
  return revoked === undefined
    ? passed('revocation', `not on the list of ${formatTime(crl.thisUpdate)}`)
    : failed(
        'revocation',
        `${printable(revoked.subjectText)} is on the list of ${formatTime(crl.thisUpdate)}`,
      );
}

function checkConstraints({ claims }: Passport, { claimConstraints }: Certificate): readonly Check[] {
  if (claimConstraints === undefined) return [];
  return meetsClaimConstraints(claimConstraints, claims)
    ? [passed('constraints', 'the certificate permits these claims')]
    : [failed('constraints', 'the certificate does not permit these claims')];
}

/** Whoever diverts signs for the number diverted from (RFC 8946 Section 3), anybody else for the caller. */
function checkAuthority(link: Passport, leaf: Certificate, { numberMap }: CheckQuestion): Check {
  const party = link.diversion?.from ?? link.originator;
  if (party.kind === 'uri') return failed('authority', 'certificates list numbers, and this is a URI');
  const question = { certificate: leaf, number: party.number, ppt: pptOf(link.extension) };
  const authority = authorityOver({ ...question, spcOf: numberMap?.spcOf });
  const spcs = [...leaf.numbers.spcs].join(', ');
  if (authority === 'provider')
    return passed('authority', `provider ${spcs} vouches for its caller; whose number it is stays open`);
  if (authority === undefined)
    return failed(
      'authority',
      `the certificate does not speak for ${party.number}${spcs && ` (SPC ${spcs})`}`,
    );
  return leaf.numbers.coversNumber(party.number)
    ? passed('authority', `the certificate lists ${party.number}`)
    : passed('authority', `${party.number} belongs to SPC ${spcs}, by the number map`);
}

function checkSignature(
  { signingInput, signature }: Passport,
  leaf: Certificate,
  { crypto }: CheckQuestion,
): Check {
  const key = verifyingKeyOf(leaf, crypto);
  const subject = printable(leaf.subjectText);
  if (key?.algorithm !== 'ES256') return failed('signature', `the key of ${subject} is not P-256`);
  return key.verify(signingInput, signature)
    ? passed('signature', `holds with the key of ${subject}`)
    : failed('signature', `does not hold with the key of ${subject}`);
}

export function passed(name: string, detail: string): Check {
  return { name, result: 'pass', detail };
}

export function failed(name: string, detail: string): Check {
  return { name, result: 'fail', detail };
}

export function skipped(name: string, detail: string): Check {
  return { name, result: 'skipped', detail };
}
