// `oobleck trust import`: STI-PA's list of trusted authorities (a JWS; an older one than seen before is refused), or
// certificates in PEM, into a folder that `serve` reads its anchors from and keeps its own lists in.

import { type CaListFault, judgeCaList, parseCaList } from '@oobleck/stir/anchor';
import { createNodeCrypto } from '../../crypto/index.ts';
import type { TrustFolder } from '../../store/file/trust-folder.ts';
import { bareList, parseAnchors } from '../../trust/index.ts';
import { CommandFault, reading } from '../command/command-fault.ts';
import { EXIT, type ExitCode } from '../command/exit-code.ts';
import { nameOf, readText } from '../command/input.ts';
import { count } from '../command/layout.ts';
import type { OutgoingOptions } from '../command/outgoing.ts';
import type { Terminal } from '../command/terminal.ts';
import { readAnchors } from '../passport/chain-input.ts';
import { describeTrust, inFolder, openTrustFolder, readTrustRecord } from './trust-state.ts';

export interface TrustImportOptions extends OutgoingOptions {
  readonly state: string;
  readonly issuerAnchors?: string;
  readonly json?: boolean;
}

/** The bound of the list's own parser. */
const MAXIMUM_BYTES = 1_048_576;

export async function importTrust(
  source: string,
  options: TrustImportOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const state = openTrustFolder(options.state);
  readTrustRecord(state);
  const isUrl = /^https?:/i.test(source);
  const text = isUrl ? await fetchList(source, options) : readText(source, MAXIMUM_BYTES);
  const name = isUrl ? 'the list' : nameOf(source);
  const isPem = text.includes('-----BEGIN CERTIFICATE-----') && !/^\s*(\{|ey)/.test(text);
  const taken = inFolder(state, () =>
    isPem ? takeBundle(text, name, state) : takeList(text, name, state, options),
  );
  const { anchorsFile: file } = state;
  if (options.json) terminal.out(JSON.stringify({ ...describeTrust(state), ...taken, file }));
  else report(taken, state, terminal);
  return EXIT.fine;
}

/** Loaded only where it is needed: it brings an HTTP client with it. */
async function fetchList(url: string, options: OutgoingOptions): Promise<string> {
  const { fetchText } = await import('./fetch-text.ts');
  return fetchText(url, MAXIMUM_BYTES, options);
}

/** How many of each. */
interface Taken {
  readonly anchors: number;
  readonly unusable: number;
}

function takeBundle(text: string, name: string, state: TrustFolder): Taken {
  const anchors = reading(name, () => parseAnchors(text), EXIT.notVerified);
  const stranger = anchors.findIndex(({ basicConstraints }) => basicConstraints?.isCa !== true);
  if (stranger !== -1)
    throw new CommandFault(`${name}: certificate ${stranger + 1} is no authority`, EXIT.notVerified);
  state.publishAnchors(anchors);
  return { anchors: anchors.length, unusable: 0 };
}

const REFUSALS: Readonly<Record<CaListFault, string>> = {
  'bad-signature': 'not signed by one of --issuer-anchors, or those are not in force',
  'roll-back': 'older than a list imported before',
  expired: 'the list has expired',
};

function takeList(
  text: string,
  name: string,
  state: TrustFolder,
  { issuerAnchors }: TrustImportOptions,
): Taken {
  const bare = bareList(text);
  const list = reading(name, () => parseCaList(bare), EXIT.notVerified);
  if (issuerAnchors === undefined)
    throw new CommandFault('--issuer-anchors: expected, the certificate that the list is signed with');
  const fault = judgeCaList({
    list,
    signers: readAnchors(issuerAnchors),
    highestSequence: state.highestSequence(),
    at: Math.floor(Date.now() / 1000),
    crypto: createNodeCrypto(),
  });
  if (fault !== undefined) throw new CommandFault(`${name}: ${REFUSALS[fault]}`, EXIT.notVerified);
  state.keep(list, bare);
  state.publishList();
  return { anchors: list.anchors.length, unusable: list.unusable };
}

function report({ anchors, unusable }: Taken, state: TrustFolder, terminal: Terminal): void {
  const { kind, highestSequence, expiresAt } = describeTrust(state);
  const what = kind === 'ca-list' ? `list ${highestSequence}` : 'PEM';
  const end = expiresAt === undefined ? '' : `, good until ${expiresAt}`;
  terminal.out(`${what}: ${count(anchors, 'anchor')}${end}`);
  if (unusable > 0)
    terminal.out(
      `${count(unusable, 'entry', 'entries')} of the list cannot be an anchor here, and were left out`,
    );
  terminal.out(`written to ${state.anchorsFile}; trust.anchorsFile of a configuration points there`);
}
