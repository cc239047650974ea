// Via (RFC 3261 Section 20.42): the way a request has come, and so the way its answer goes. What the topmost says is
// believed as to the port only; the address is always the one the request came from (Section 18.2.2, RFC 3581).

import { isAll, TOKEN, trimBlanks } from './character-classes.ts';
import { type Parameters, readParameters } from './parameters.ts';
import { malformed } from './sip-fault.ts';
import { readHostPort } from './sip-uri.ts';

export interface Via {
  /** Upper case: `UDP`. */
  readonly transport: string;
  readonly host: string;
  readonly port?: number;
  readonly parameters: Parameters;
  /** `SIP/2.0/UDP host:port` as it stands. */
  readonly head: string;
  /** `;name=value...` as they stand. */
  readonly tail: string;
}

const MAGIC_COOKIE = 'z9hG4bK';

/** One value of the list. @throws SipFault 400 */
export function parseVia(value: string): Via {
  const semicolon = value.indexOf(';');
  const end = semicolon === -1 ? value.length : semicolon;
  const head = value.slice(0, end);
  const [name, version, rest, ...more] = head.split('/').map(trimBlanks);
  if (name!.toUpperCase() !== 'SIP' || version !== '2.0' || rest === undefined || more.length > 0)
    throw malformed('a Via of another protocol');
  const { transport, sentBy } = splitSentBy(rest);
  const parameters = readParameters(value, end);
  // RFC 3261 Section 8.1.1.7: the cookie alone makes no branch.
  if (parameters.get('branch') === MAGIC_COOKIE) throw malformed('a branch without value');
  return { transport, ...readHostPort(sentBy), parameters, head, tail: value.slice(end) };
}

/** `UDP host : port`: blanks are needed behind the transport and free around the colon. */
function splitSentBy(rest: string): { readonly transport: string; readonly sentBy: string } {
  const blank = rest.search(/[ \t]/);
  const transport = rest.slice(0, Math.max(blank, 0)).toUpperCase();
  if (!isAll(transport, TOKEN)) throw malformed('a Via without host');
  const sentBy = trimBlanks(rest.slice(blank));
  const colon = sentBy.lastIndexOf(':');
  if (colon === -1 || sentBy.indexOf(']') > colon) return { transport, sentBy };
  return {
    transport,
    sentBy: `${trimBlanks(sentBy.slice(0, colon))}:${trimBlanks(sentBy.slice(colon + 1))}`,
  };
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
