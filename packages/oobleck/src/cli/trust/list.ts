// `oobleck trust list`: the anchors of a file or of a folder that `trust import` keeps, soonest end first.

import { encodeHex } from '@oobleck/stir/bytes';
import type { Certificate } from '@oobleck/stir/certificate';
import { createNodeCrypto } from '../../crypto/index.ts';
import { CommandFault } from '../command/command-fault.ts';
import { EXIT, type ExitCode } from '../command/exit-code.ts';
import { beside, count, formatDuration, formatTime, paint, printable } from '../command/layout.ts';
import type { Terminal } from '../command/terminal.ts';
import { readAnchors } from '../passport/chain-input.ts';
import { describeTrust, openTrustFolder, type TrustDescription } from './trust-state.ts';

export interface TrustListOptions {
  readonly state?: string;
  readonly anchors?: string;
  readonly json?: boolean;
}

const FINGERPRINT_SHOWN = 16;

export function listTrust({ state, anchors, json = false }: TrustListOptions, terminal: Terminal): ExitCode {
  if ((state === undefined) === (anchors === undefined))
    throw new CommandFault('expected --state FOLDER or --anchors FILE');
  const folder = state === undefined ? undefined : openTrustFolder(state);
  const record = folder && describeTrust(folder);
  const found = readAnchors(anchors ?? folder!.anchorsFile);
  const sorted = [...found].sort((a, b) => a.notAfter - b.notAfter);
  const now = Math.floor(Date.now() / 1000);
  if (json) terminal.out(JSON.stringify({ ...record, anchors: sorted.map((one) => jsonOf(one, now)) }));
  else print(sorted, record, now, terminal);
  return EXIT.fine;
}

function jsonOf(anchor: Certificate, now: number): object {
  const { subjectText, notBefore, notAfter } = anchor;
  return {
    subject: subjectText,
    notBefore: formatTime(notBefore),
    notAfter: formatTime(notAfter),
    inForce: isInForce(anchor, now),
    sha256: fingerprintOf(anchor),
  };
}

function print(
  anchors: readonly Certificate[],
  record: TrustDescription | undefined,
  now: number,
  terminal: Terminal,
): void {
  terminal.out(
    paint(`${'until'.padEnd(12)}${'left'.padEnd(10)}${'sha-256'.padEnd(18)}subject`, 'bold', terminal),
  );
  for (const anchor of anchors) {
    const until = formatTime(anchor.notAfter).slice(0, 10);
    const fingerprint = fingerprintOf(anchor).slice(0, FINGERPRINT_SHOWN);
    const prefix = `${until.padEnd(12)}${leftOf(anchor, now).padEnd(10)}${fingerprint.padEnd(18)}`;
    const lines = beside(prefix, printable(anchor.subjectText));
    for (const line of lines) terminal.out(isInForce(anchor, now) ? line : paint(line, 'red', terminal));
  }
  const inForce = anchors.filter((one) => isInForce(one, now)).length;
  const origin =
    record?.kind === 'ca-list'
      ? `; list ${record.highestSequence}, imported ${record.importedAt?.slice(0, 10)}`
      : '';
  terminal.out(`${count(anchors.length, 'anchor')}, ${inForce} in force${origin}`);
}

function leftOf({ notBefore, notAfter }: Certificate, now: number): string {
  if (now > notAfter) return 'expired';
  return now < notBefore ? 'not yet' : formatDuration(notAfter - now);
}

function isInForce({ notBefore, notAfter }: Certificate, now: number): boolean {
  return notBefore <= now && now <= notAfter;
}

function fingerprintOf({ der }: Certificate): string {
  return encodeHex(createNodeCrypto().sha256(der));
}
