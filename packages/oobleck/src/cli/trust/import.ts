// `oobleck trust import`: STI-PA's list of trusted authorities (a JWS; an older one than seen before is refused), or
// certificates in PEM, into a folder that `serve` reads its anchors from.

import { type CaList, type CaListFault, judgeCaList, parseCaList } from '@oobleck/stir/anchor';
import { type Certificate, formatPem } from '@oobleck/stir/certificate';
import { createNodeCrypto } from '../../crypto/index.ts';
import { parseAnchors } from '../../trust/index.ts';
import { CommandFault, reading } from '../command/command-fault.ts';
import { EXIT, type ExitCode } from '../command/exit-code.ts';
import { nameOf, readText } from '../command/input.ts';
import { count, formatTime } from '../command/layout.ts';
import type { OutgoingOptions } from '../command/outgoing.ts';
import type { Terminal } from '../command/terminal.ts';
import { readAnchors } from '../passport/chain-input.ts';
import { anchorsFileOf, readTrustRecord, type TrustRecord, writeTrust } from './trust-state.ts';

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
  const known = readTrustRecord(options.state);
  const isUrl = /^https?:/i.test(source);
  const text = isUrl ? await fetchList(source, options) : readText(source, MAXIMUM_BYTES);
  const name = isUrl ? 'the list' : nameOf(source);
  const isPem = text.includes('-----BEGIN CERTIFICATE-----') && !/^\s*(\{|ey)/.test(text);
  const found = isPem ? readBundle(text, name, known) : readList(text, name, known, options);
  writeTrust(options.state, found.record, formatPem(found.anchors.map(({ der }) => der)));
  const file = anchorsFileOf(options.state);
  if (options.json) terminal.out(JSON.stringify({ ...found.record, anchors: found.anchors.length, file }));
  else report(found, file, terminal);
  return EXIT.fine;
}

/** Loaded only where it is needed: it brings an HTTP client with it. */
async function fetchList(url: string, options: OutgoingOptions): Promise<string> {
  const { fetchText } = await import('./fetch-text.ts');
  return fetchText(url, MAXIMUM_BYTES, options);
}

interface Found {
  readonly record: TrustRecord;
  readonly anchors: readonly Certificate[];
  readonly unusable: number;
}

function readBundle(text: string, name: string, known: TrustRecord | undefined): Found {
  const anchors = reading(name, () => parseAnchors(text), EXIT.notVerified);
  const stranger = anchors.findIndex(({ basicConstraints }) => basicConstraints?.isCa !== true);
  if (stranger !== -1)
    throw new CommandFault(`${name}: certificate ${stranger + 1} is no authority`, EXIT.notVerified);
  const highest = known?.highestSequence;
  const record: TrustRecord = {
    kind: 'pem',
    importedAt: new Date().toISOString(),
    ...(highest === undefined ? {} : { highestSequence: highest }),
  };
  return { record, anchors, unusable: 0 };
}

const REFUSALS: Readonly<Record<CaListFault, string>> = {
  'bad-signature': 'not signed by one of --issuer-anchors, or those are not in force',
  'roll-back': 'older than a list imported before',
  expired: 'the list has expired',
};

function readList(
  text: string,
  name: string,
  known: TrustRecord | undefined,
  { issuerAnchors }: TrustImportOptions,
): Found {
  const list = reading(name, () => parseCaList(bareList(text)), EXIT.notVerified);
  if (issuerAnchors === undefined)
    throw new CommandFault('--issuer-anchors: expected, the certificate that the list is signed with');
  const fault = judgeCaList({
    list,
    signers: readAnchors(issuerAnchors),
    highestSequence: known?.highestSequence,
    at: Math.floor(Date.now() / 1000),
    crypto: createNodeCrypto(),
  });
  if (fault !== undefined) throw new CommandFault(`${name}: ${REFUSALS[fault]}`, EXIT.notVerified);
  return { record: recordOf(list), anchors: list.anchors, unusable: list.unusable };
}

function recordOf({ sequence, expiresAt }: CaList): TrustRecord {
  return {
    kind: 'ca-list',
    importedAt: new Date().toISOString(),
    highestSequence: sequence,
    ...(expiresAt === undefined ? {} : { expiresAt: formatTime(expiresAt) }),
  };
}

/** STI-PA's interface answers `{"status":"success","caList":"eyJ..."}`. */
function bareList(text: string): string {
  if (!text.trimStart().startsWith('{')) return text;
  try {
    const { caList } = JSON.parse(text);
    return typeof caList === 'string' ? caList : text;
  } catch {
    return text;
  }
}

function report({ record, anchors, unusable }: Found, file: string, terminal: Terminal): void {
  const { kind, highestSequence, expiresAt } = record;
  const what = kind === 'ca-list' ? `list ${highestSequence}` : 'PEM';
  const end = expiresAt === undefined ? '' : `, good until ${expiresAt}`;
  terminal.out(`${what}: ${count(anchors.length, 'anchor')}${end}`);
  if (unusable > 0)
    terminal.out(
      `${count(unusable, 'entry', 'entries')} of the list cannot be an anchor here, and were left out`,
    );
  terminal.out(`written to ${file}; trust.anchorsFile of a configuration points there`);
}
