// `oobleck passport verify`: the checks of a verification service (RFC 8224 Section 6.2) over what is given on the
// command line, each with its result, and the verdict. A verdict is about a call: without `--from` and `--to` the
// PASSporT is looked at, and the call stays unverified.

import { readFileSync } from 'node:fs';
import type { ArrivedCall } from '@oobleck/stir/call';
import type { NumberMap } from '@oobleck/stir/certificate';
import type { Passport } from '@oobleck/stir/passport';
import {
  DEFAULT_FRESHNESS_SECONDS,
  explain,
  type Fault,
  findChains,
  furthest,
  linksOf,
  type Reason,
  statusOf,
  verstatOf,
} from '@oobleck/stir/verdict';
import { createNodeCrypto } from '../../crypto/index.ts';
import { parseNumberMap } from '../../trust/index.ts';
import { CommandFault, reading } from '../command/command-fault.ts';
import { EXIT, type ExitCode } from '../command/exit-code.ts';
import { readArgument } from '../command/input.ts';
import { beside, paint } from '../command/layout.ts';
import type { Terminal } from '../command/terminal.ts';
import { type ChainInputOptions, findChainsOf, readAnchors } from './chain-input.ts';
import { type Check, skipped } from './check.ts';
import { parseParty } from './party.ts';
import { type CheckAnswer, checkPassport } from './passport-checks.ts';
import { type ReadPassports, readPassports } from './passport-input.ts';
import { isPassportText } from './passport-text.ts';
import { readCrl } from './revocation-input.ts';
import { parseTime } from './time.ts';

export interface PassportVerifyOptions extends ChainInputOptions {
  readonly anchors: string;
  readonly from?: string;
  readonly to?: readonly string[];
  readonly at?: string;
  readonly numberMap?: string;
  readonly crl?: string;
  readonly crlIssuers?: string;
  readonly json?: boolean;
}

export async function verifyPassport(
  argument: string,
  options: PassportVerifyOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const at = parseTime(options.at, '--at');
  const call = callOf(options, at);
  const read = readPassports(readArgument(argument, isPassportText), call);
  const { checks, reason, isUnavailable } = await checkAll(read, call, options, at);
  const all = [...read.checks, ...checks];
  if (options.json) terminal.out(formatJson(all, reason, call !== undefined));
  else print(all, reason, call !== undefined, terminal);
  if (reason === 'verified') return EXIT.fine;
  return isUnavailable ? EXIT.unavailable : EXIT.notVerified;
}

interface Answer extends CheckAnswer {
  /** Whether the network that was asked did not answer. */
  readonly isUnavailable: boolean;
}

/** Of several chains that the PASSporTs make, the one that gets furthest. */
async function checkAll(
  { passports, fault }: ReadPassports,
  call: ArrivedCall | undefined,
  options: PassportVerifyOptions,
  at: number,
): Promise<Answer> {
  const crypto = createNodeCrypto();
  const anchors = readAnchors(options.anchors);
  const numberMap = readNumberMap(options.numberMap);
  const crl = readCrl(options, at, crypto);
  const { chains, faults } = findChains(passports);
  let best: Answer | undefined;
  for (const chain of chains) {
    const certificates = await findChainsOf(linksOf(chain), options, crypto);
    const question = { chain, call, certificates, anchors, at, crypto, numberMap, crl };
    const answer: Answer = {
      ...checkPassport({ ...question, freshnessSeconds: DEFAULT_FRESHNESS_SECONDS }),
      isUnavailable: certificates.some((one) => 'missing' in one && one.missing === 'unavailable'),
    };
    if (best === undefined || furthest([best.reason, answer.reason], best.reason) !== best.reason)
      best = answer;
  }
  return best ?? noChain(passports, [...faults, ...(fault === undefined ? [] : [fault])]);
}

function noChain(passports: readonly Passport[], faults: readonly Fault[]): Answer {
  const reason = furthest(faults, passports.length === 0 ? 'malformed' : 'no-passport');
  const why = passports.length === 0 ? 'there is nothing to look at' : 'no PASSporT here speaks for a caller';
  const names = ['caller', 'called', 'freshness', 'chain', 'revocation', 'authority', 'signature'];
  return { checks: names.map((name) => skipped(name, why)), reason, isUnavailable: false };
}

function callOf({ from, to }: PassportVerifyOptions, at: number): ArrivedCall | undefined {
  if (from === undefined && to === undefined) return undefined;
  if (from === undefined || to === undefined)
    throw new CommandFault('--from and --to: a call has both; give them together or not at all');
  const caller = parseParty(from, '--from');
  const called = to.map((text) => parseParty(text, '--to'));
  return {
    tenant: 'cli',
    callId: 'cli',
    ...(caller.kind === 'tn' ? { caller: caller.number } : { callerUri: caller.uri }),
    called: called.flatMap((party) => (party.kind === 'tn' ? [party.number] : [])),
    calledUris: called.flatMap((party) => (party.kind === 'uri' ? [party.uri] : [])),
    formerlyCalled: [],
    arrivedAt: at,
    sentAt: at,
  };
}

/** Number maps have millions of rows: the bound of everything else is not theirs. */
function readNumberMap(path: string | undefined): NumberMap | undefined {
  if (path === undefined) return undefined;
  return reading(path, () => parseNumberMap(readMapText(path)));
}

function readMapText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const { code = 'unknown error' } = cause as NodeJS.ErrnoException;
    throw new CommandFault(`${path}: cannot be read (${code})`);
  }
}

function formatJson(checks: readonly Check[], reason: Reason, hasCall: boolean): string {
  const status = statusOf(reason, 'in-band');
  const { sipCode, phrase } = explain(reason);
  return JSON.stringify({
    status,
    verstat: verstatOf(status),
    reason,
    text: sentenceOf(reason, hasCall),
    sip: { code: sipCode, phrase },
    checks: checks.map(({ name, result, detail }) => ({ check: name, result, detail })),
  });
}

const SYMBOLS = { pass: 'pass', fail: 'FAIL', skipped: 'skip' } as const;
const STYLES = { pass: 'green', fail: 'red', skipped: 'yellow' } as const;

function print(checks: readonly Check[], reason: Reason, hasCall: boolean, terminal: Terminal): void {
  for (const { name, result, detail } of checks) {
    const [first, ...others] = beside(`${SYMBOLS[result]}  ${name.padEnd(13)}`, detail);
    terminal.out(paint(first!.slice(0, 4), STYLES[result], terminal) + first!.slice(4));
    for (const line of others) terminal.out(line);
  }
  const status = statusOf(reason, 'in-band');
  const { sipCode, phrase } = explain(reason);
  const style = status === 'verified' ? 'green' : status === 'failed' ? 'red' : 'yellow';
  const why = reason === 'verified' ? '' : `: ${sentenceOf(reason, hasCall)}`;
  const verdict = `${status}${why}. ${verstatOf(status)}, ${sipCode} ${phrase}`;
  terminal.out('');
  for (const line of beside('', verdict)) terminal.out(paint(line, style, terminal));
}

function sentenceOf(reason: Reason, hasCall: boolean): string {
  if (reason === 'no-caller' && !hasCall)
    return 'the PASSporT holds, but for which call? Give --from and --to';
  return explain(reason).text;
}
