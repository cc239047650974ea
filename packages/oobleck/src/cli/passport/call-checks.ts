// The checks that hold a PASSporT against the call: who calls, who is called, when (RFC 8224 Section 6.2, steps 2 and 4).

import type { ArrivedCall } from '@oobleck/stir/call';
import { namesParty, type Party, type Passport } from '@oobleck/stir/passport';
import { linksOf } from '@oobleck/stir/verdict';
import { count, formatDuration, printable } from '../command/layout.ts';
import { type Check, type CheckQuestion, failed, passed, skipped } from './check.ts';
import { formatDestinations, formatParty } from './party.ts';

/** Is it about this call, and about now. */
export function checkCall(question: CheckQuestion): readonly Check[] {
  const { chain, call } = question;
  const { base, diversions } = chain;
  const links = linksOf(chain);
  const diverted = `${count(diversions.length, 'diversion')} back to the PASSporT of the caller`;
  return [
    ...(diversions.length === 0 ? [] : [passed('diversion', diverted)]),
    checkCaller(base, call),
    checkCalled(links[0]!, call),
    checkFreshness(links, question),
  ];
}

/** Of the one furthest away in time. */
function checkFreshness(links: readonly Passport[], { at, freshnessSeconds }: CheckQuestion): Check {
  const ages = links.map(({ issuedAt }) => at - issuedAt);
  const age = ages.reduce((worst, next) => (Math.abs(next) > Math.abs(worst) ? next : worst));
  const distance = age < 0 ? `${formatDuration(-age)} after` : `${formatDuration(age)} before`;
  const detail = `iat is ${distance} the time of the check; ${freshnessSeconds} s are allowed`;
  return Math.abs(age) <= freshnessSeconds ? passed('freshness', detail) : failed('freshness', detail);
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
