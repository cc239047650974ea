// SIPp as caller and as called side. The caller's own success says only that a call was answered; what a call was worth
// is read from the log of the called side.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Running, startProcess } from './processes.ts';
import { findProgram } from './programs.ts';

export interface NumberPair {
  readonly calling: string;
  readonly called: string;
}

/** One INVITE as the called side received it. */
export interface ReceivedCall extends NumberPair {
  /** The value of X-Verstat. */
  readonly verstat: string;
  /** The value of P-Asserted-Identity. */
  readonly asserted: string;
  readonly hasIdentity: boolean;
}

export interface CalledSide {
  received(): readonly ReceivedCall[];
  stop(): Promise<void>;
}

const SCENARIOS = fileURLToPath(new URL('./sipp', import.meta.url));
const LINE = /calling=(\d*) called=(\d*) verstat=(.*) asserted=(.*) identity=(.*)$/;

export function startCalledSide(folder: string, port: number): CalledSide {
  const log = join(folder, 'called.log');
  const sipp = startSippServer(folder, 'called.xml', port, log);
  return {
    received() {
      if (sipp.hasExited()) throw new Error(`the called side ended:\n${sipp.output()}`);
      return existsSync(log) ? parseLog(readFileSync(log, 'latin1')) : [];
    },
    stop: () => sipp.stop(),
  };
}

/** Answers calls at `port` as the scenario says, and writes what the scenario logs to `log`. */
export function startSippServer(folder: string, scenario: string, port: number, log: string): Running {
  return startSipp(folder, [
    ...['-sf', join(SCENARIOS, scenario), '-i', '127.0.0.1', '-p', String(port)],
    ...['-trace_logs', '-log_file', log],
  ]);
}

/** How calls begin. */
export interface Pace {
  readonly callsPerSecond: number;
  /** Of calls at once; default 1000. With fewer, who has no time for so many a second is called more slowly, not all at once. */
  readonly underWay?: number;
}

export interface PlacedCalls {
  /** How many were answered and ended as they should. */
  readonly answered: number;
  /** Milliseconds from the beginning of the first to that of the last, by SIPp's own clock. */
  readonly begunInMs: number;
}

/**
 * Places a call for each pair and waits for their end.
 * @param label tells runs apart that begin with the same number called
 */
export async function placeCalls(
  folder: string,
  port: number,
  pairs: readonly NumberPair[],
  { callsPerSecond, underWay = 1_000 }: Pace,
  label = 'calls',
): Promise<PlacedCalls> {
  const name = join(folder, `${label}-${pairs[0]!.called}`);
  const rows = pairs.map(({ calling, called }) => `${calling};${called}`);
  writeFileSync(`${name}.csv`, `SEQUENTIAL\n${rows.join('\n')}\n`);
  const sipp = startSipp(folder, [
    ...['-sf', join(SCENARIOS, 'caller.xml'), '-inf', `${name}.csv`, '-i', '127.0.0.1'],
    ...['-m', String(pairs.length), '-r', String(callsPerSecond), '-l', String(underWay)],
    ...['-timeout', '60s', '-trace_stat', '-stf', `${name}.stat`],
    ...['-trace_logs', '-log_file', `${name}.log`, `127.0.0.1:${port}`],
  ]);
  const exitCode = await sipp.exited;
  if (exitCode > 1) throw new Error(`SIPp ended with ${exitCode}:\n${sipp.output()}`);
  return {
    answered: successfulCalls(readFileSync(`${name}.stat`, 'latin1')),
    begunInMs: begunIn(readFileSync(`${name}.log`, 'latin1')),
  };
}

/** Places calls as `placeCalls` does. @returns milliseconds from INVITE to 200, one a call */
export async function timeCalls(
  folder: string,
  port: number,
  pairs: readonly NumberPair[],
  callsPerSecond: number,
): Promise<readonly number[]> {
  const name = join(folder, `timed-${port}-${pairs[0]!.called}`);
  writeFileSync(
    `${name}.csv`,
    `SEQUENTIAL\n${pairs.map(({ calling, called }) => `${calling};${called}`).join('\n')}\n`,
  );
  const sipp = startSipp(folder, [
    ...['-sf', join(SCENARIOS, 'caller-timed.xml'), '-inf', `${name}.csv`, '-i', '127.0.0.1'],
    ...['-m', String(pairs.length), '-r', String(callsPerSecond), '-l', '2000', '-timeout', '60s'],
    ...['-trace_rtt', '-rtt_freq', '1', `127.0.0.1:${port}`],
  ]);
  const exitCode = await sipp.exited;
  if (exitCode !== 0) throw new Error(`SIPp ended with ${exitCode}:\n${sipp.output()}`);
  const file = readdirSync(folder).find((one) => one.endsWith(`_${sipp.pid}_rtt.csv`));
  if (file === undefined) throw new Error('SIPp wrote no response times');
  return readFileSync(join(folder, file), 'latin1')
    .split('\n')
    .slice(1)
    .filter((row) => row !== '')
    .map((row) => Number(row.split(';')[1]));
}

function startSipp(folder: string, args: readonly string[]): Running {
  return startProcess(findProgram('sipp')!, [...args, '-nostdin', '-skip_rlimit'], folder);
}

function parseLog(log: string): readonly ReceivedCall[] {
  return log.split('\n').flatMap((line) => {
    const match = LINE.exec(line);
    if (match === null) return [];
    const [, calling, called, verstat, asserted, identity] = match as unknown as string[];
    return [
      {
        calling: calling!,
        called: called!,
        verstat: verstat!.trim(),
        asserted: asserted!.trim(),
        hasIdentity: identity!.trim() !== '',
      },
    ];
  });
}

/** The log has a line a call: the milliseconds of SIPp's clock at which it began. */
function begunIn(log: string): number {
  const begun = log.trim().split('\n').map(Number);
  return begun.at(-1)! - begun[0]!;
}

/** The statistics end with a row of totals, in columns that the first row names. */
function successfulCalls(statistics: string): number {
  const rows = statistics.trim().split('\n');
  const column = rows[0]!.split(';').indexOf('SuccessfulCall(C)');
  return Number(rows.at(-1)!.split(';')[column]);
}
