// What the program writes about itself. A record is an event name and fields from a closed list whose values are
// numbers, booleans and short words; whatever else is handed in is dropped, so that no telephone number, key,
// token or PASSporT reaches a log by carelessness. Of an error that was not foreseen only the class, the code and
// the places in the code are kept: its message may quote what it could not digest.

import { StirError } from '@oobleck/stir';
import { type DestinationStream, type Logger, pino } from 'pino';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Every field a record can have. */
export interface LogFields {
  /** Which part of the program: `cps`, `verification`. */
  readonly role?: string;
  /** A word from a closed list of the caller: an error code, a verdict's reason. */
  readonly reason?: string;
  /** Of a peer, without port and path. */
  readonly host?: string;
  readonly port?: number;
  readonly status?: number;
  readonly count?: number;
  readonly elapsedMs?: number;
  /** Bytes of the process, see `ProcessMemory`. */
  readonly rss?: number;
  readonly external?: number;
  readonly arrayBuffers?: number;
  readonly heapUsed?: number;
  readonly malloced?: number;
  readonly signal?: string;
  /** Random, made here: joins a record with what a client was told. */
  readonly incident?: string;
  readonly error?: unknown;
}

export interface EventLog {
  /** `event` is a fixed text in the code, in kebab-case. */
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

export interface EventLogOptions {
  /** Default `info`. */
  readonly level?: LogLevel | 'silent';
  /** Default: standard error. */
  readonly destination?: DestinationStream;
}

const WORDS = ['role', 'reason', 'signal', 'incident', 'host'] as const;
const NUMBERS = [
  ...(['port', 'status', 'count', 'elapsedMs'] as const),
  ...(['rss', 'external', 'arrayBuffers', 'heapUsed', 'malloced'] as const),
];
/** Lower-case words, host names, UUIDs. Seven digits in a row may be a telephone number (a UUID is exempt). */
const WORD = /^[A-Za-z][A-Za-z0-9_.-]{0,253}$|^\[?[0-9a-f:.]{2,45}\]?$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const LONG_NUMBER = /[0-9]{7}/;

/** JSON lines, one record each: `level`, `time`, `event` and the fields. */
export function createEventLog(options: EventLogOptions = {}): EventLog {
  const settings = {
    level: options.level ?? 'info',
    base: null,
    messageKey: 'event',
    formatters: { level: (label: string) => ({ level: label }) },
  };
  const logger = pino(settings, options.destination ?? pino.destination({ dest: 2, sync: true }));
  const writer = (level: LogLevel) => write.bind(undefined, logger, level);
  return { debug: writer('debug'), info: writer('info'), warn: writer('warn'), error: writer('error') };
}

function write(logger: Logger, level: LogLevel, event: string, fields: LogFields = {}): void {
  if (logger.isLevelEnabled(level)) logger[level](safeFields(fields), event);
}

function safeFields(fields: LogFields): Record<string, unknown> {
  const safe: Record<string, unknown> = {};
  for (const name of WORDS) if (isSafeWord(fields[name])) safe[name] = fields[name];
  for (const name of NUMBERS) if (typeof fields[name] === 'number') safe[name] = fields[name];
  if (fields.error !== undefined) safe.error = safeError(fields.error);
  return safe;
}

function isSafeWord(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  return UUID.test(value) || (WORD.test(value) && !LONG_NUMBER.test(value));
}

function safeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { class: typeof error };
  const code = (error as { code?: unknown }).code;
  const safe: Record<string, unknown> = { class: error.name };
  if (isSafeWord(code)) safe.code = code;
  if (error instanceof StirError) safe.message = error.message;
  safe.at = (error.stack ?? '')
    .split('\n')
    .filter(isStackFrame)
    .slice(0, 8)
    .map((line) => line.trim());
  if (error.cause !== undefined) safe.cause = (error.cause as Error)?.name ?? typeof error.cause;
  return safe;
}

function isStackFrame(line: string): boolean {
  return /^ {4}at [^"'{}]*:[0-9]+:[0-9]+\)?$/.test(line);
}
