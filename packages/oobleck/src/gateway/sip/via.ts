// Via (RFC 3261 Section 20.42): the way a request has come, and so the way its answer goes. What the topmost says is
// believed as to the port only; the address is always the one the request came from (Section 18.2.2, RFC 3581).

import { endBeforeBlanks, isAll, isBlank, isWord, skipBlanks, TOKEN } from './character-classes.ts';
import { type Parameters, readParameters } from './parameters.ts';
import { lastPlaceOf, type Piece, placeOf, textIn } from './piece.ts';
import { malformed } from './sip-fault.ts';
import { readPort, requireHost } from './sip-uri.ts';

export interface Via {
  /** Upper case: `UDP`. */
  readonly transport: string;
  readonly host: string;
  readonly port: number | undefined;
  readonly parameters: Parameters;
  /** `SIP/2.0/UDP host:port` as it stands. */
  readonly head: string;
  /** `;name=value...` as they stand. */
  readonly tail: string;
}

const MAGIC_COOKIE = 'z9hG4bK';
const [SLASH, SEMICOLON, COLON, CLOSE] = [0x2f, 0x3b, 0x3a, 0x5d];

/** One value of the list, without blanks around it. @throws SipFault 400 */
export function parseVia({ bytes, start, end }: Piece): Via {
  const semicolon = placeOf(bytes, SEMICOLON, start, end);
  const headEnd = semicolon === -1 ? end : semicolon;
  const first = placeOf(bytes, SLASH, start, headEnd);
  const second = first === -1 ? -1 : placeOf(bytes, SLASH, first + 1, headEnd);
  if (second === -1 || !isProtocol(bytes, start, first, second)) throw malformed('a Via of another protocol');
  if (placeOf(bytes, SLASH, second + 1, headEnd) !== -1) throw malformed('a Via of another protocol');
  const { transport, host, port } = readSentBy(bytes, skipBlanks(bytes, second + 1, headEnd), headEnd);
  const parameters = readParameters(bytes, headEnd, end);
  // RFC 3261 Section 8.1.1.7: the cookie alone makes no branch.
  if (parameters.get('branch') === MAGIC_COOKIE) throw malformed('a branch without value');
  const head = textIn(bytes, start, headEnd);
  return { transport, host, port, parameters, head, tail: textIn(bytes, headEnd, end) };
}

/** `SIP / 2.0`, blanks around each part. */
function isProtocol(bytes: Buffer, start: number, first: number, second: number): boolean {
  const version = skipBlanks(bytes, first + 1, second);
  return (
    isWord(bytes, skipBlanks(bytes, start, first), endBeforeBlanks(bytes, start, first), 'sip') &&
    isWord(bytes, version, endBeforeBlanks(bytes, version, second), '2.0')
  );
}

/** `UDP host : port`: blanks are needed behind the transport and free around the colon. */
function readSentBy(bytes: Buffer, from: number, to: number): Pick<Via, 'transport' | 'host' | 'port'> {
  const end = endBeforeBlanks(bytes, from, to);
  let blank = from;
  while (blank < end && !isBlank(bytes[blank])) blank++;
  if (blank === end || !isAll(bytes, from, blank, TOKEN)) throw malformed('a Via without host');
  const transport = textIn(bytes, from, blank).toUpperCase();
  const start = skipBlanks(bytes, blank, end);
  const colon = lastPlaceOf(bytes, COLON, start, end);
  if (colon === -1 || placeOf(bytes, CLOSE, colon, end) !== -1)
    return { transport, host: hostIn(bytes, start, end), port: undefined };
  const host = hostIn(bytes, start, endBeforeBlanks(bytes, start, colon));
  return { transport, host, port: readPort(bytes, skipBlanks(bytes, colon + 1, end), end) };
}

function hostIn(bytes: Buffer, from: number, to: number): string {
  requireHost(bytes, from, to);
  return textIn(bytes, from, to);
}

export interface Source {
  /** Without brackets. */
  readonly address: string;
  readonly port: number;
}

/** The topmost Via as the answer carries it (RFC 3261 Section 18.2.1, RFC 3581 Section 4). */
export function markSource({ parameters, head, tail, host }: Via, { address, port }: Source): string {
  const wantsPort = parameters.get('rport') !== undefined;
  const isNamed = host === address || host === `[${address}]`;
  if (!wantsPort && isNamed && !parameters.has('received')) return head + tail;
  const others = tail === '' ? '' : formatOthers(parameters);
  const rport = wantsPort ? `;rport=${port}` : '';
  return `${head}${others};received=${address}${rport}`;
}

function formatOthers(parameters: Parameters): string {
  let text = '';
  for (const [name, value] of parameters)
    if (name !== 'received' && name !== 'rport') text += value === '' ? `;${name}` : `;${name}=${value}`;
  return text;
}

const DEFAULT_PORT = 5060;
const TLS_PORT = 5061;

/**
 * Where an answer over UDP goes: back to the port it came from if `rport` asks for it, else to that of `sent-by`.
 * `maddr` is not followed, and the address is never another than the request's.
 */
export function answerPort({ parameters, port, transport }: Via, source: Source): number {
  if (parameters.has('rport')) return source.port;
  return port ?? (transport === 'TLS' ? TLS_PORT : DEFAULT_PORT);
}
