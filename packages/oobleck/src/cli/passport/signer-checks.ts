// The checks of who signed: certificates, revocation, what they permit, whom they speak for, the signature (RFC 8224
// Section 6.2, steps 3 and 5). Each is made whatever came of those before it.

import { equalBytes } from '@oobleck/stir/bytes';
import {
  authorityOver,
  type Certificate,
  meetsClaimConstraints,
  verifyingKeyOf,
} from '@oobleck/stir/certificate';
import { type Passport, pptOf } from '@oobleck/stir/passport';
import type { ChainOutcome } from '@oobleck/stir/verdict';
import { describePathFault } from '../certificate/path-fault.ts';
import { count, formatTime, printable } from '../command/layout.ts';
import type { FoundChain } from './chain-input.ts';
import { type Check, type CheckQuestion, failed, passed, skipped } from './check.ts';
import { formatParty } from './party.ts';

export function checkSigner(
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
