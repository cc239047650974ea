// Answers (RFC 3261 Section 8.2.6): the fields of the request that every answer repeats, its status, and what this one
// adds. A tag for To is made from the request, so that the same request gets the same answer (Section 8.2.7).

import { hash } from 'node:crypto';
import { splitValues } from './parameters.ts';
import type { SipRequest } from './request.ts';
import { fieldsOf, type ScannedMessage } from './scan-message.ts';
import { SipFault } from './sip-fault.ts';
import { markSource, parseVia, type Source, type Via } from './via.ts';

export interface Answer {
  readonly status: number;
  readonly phrase: string;
  /** Whole header lines without line ends. */
  readonly headers: readonly string[];
  /** Stands for From of the request; the tag is kept by whoever makes it. */
  readonly from?: string;
}

const PHRASES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  413: 'Request Entity Too Large',
  416: 'Unsupported URI Scheme',
  420: 'Bad Extension',
  482: 'Loop Detected',
  483: 'Too Many Hops',
  500: 'Server Internal Error',
  501: 'Not Implemented',
  505: 'Version Not Supported',
};

/** To a request that was read. */
export function formatAnswer(request: SipRequest, source: Source, salt: string, answer: Answer): string {
  const { vias, fields } = request;
  let text = `SIP/2.0 ${answer.status} ${answer.phrase}\r\nVia: ${markSource(vias[0]!, source)}\r\n`;
  for (let at = 1; at < vias.length; at++) text += `Via: ${vias[at]!.head}${vias[at]!.tail}\r\n`;
  for (const field of fields) {
    if (field.name === 'from') text += `From: ${answer.from ?? field.text}\r\n`;
    else if (field.name === 'to')
      text += `To: ${field.text}${request.to.parameters.has('tag') ? '' : tag(request, salt)}\r\n`;
    else if (field.name === 'cseq') text += `CSeq: ${field.text}\r\n`;
  }
  text += `Call-ID: ${request.callId}\r\n`;
  for (const line of answer.headers) text += `${line}\r\n`;
  return `${text}Content-Length: 0\r\n\r\n`;
}

function tag({ callId, vias, from }: SipRequest, salt: string): string {
  const { parameters, head } = vias[0]!;
  const name = `${salt} ${callId} ${parameters.get('branch') ?? head} ${from.parameters.get('tag') ?? ''}`;
  return `;tag=${hash('sha256', name, 'hex').slice(0, 16)}`;
}

const REPEATED: Readonly<Record<string, string>> = {
  from: 'From',
  to: 'To',
  'call-id': 'Call-ID',
  cseq: 'CSeq',
};

/** To a request that could not be read: what there is of it, as it stands. */
export function formatRefusal(scanned: ScannedMessage, source: Source, fault: SipFault): string {
  const phrase = PHRASES[fault.status]!;
  const lines = [`SIP/2.0 ${fault.status} ${phrase}`, ...refusedVias(scanned, source)];
  const seen = new Set<string>();
  for (const { name, text: value } of scanned.fields) {
    const title = REPEATED[name];
    if (title === undefined || seen.has(name)) continue;
    seen.add(name);
    const isTagged = name !== 'to' || /;[ \t]*tag[ \t]*=/i.test(value);
    lines.push(`${title}: ${value}${isTagged ? '' : `;tag=${hash('sha256', value, 'hex').slice(0, 16)}`}`);
  }
  const warning = `Warning: 399 - "${fault.message}"`;
  return [...lines, ...fault.headers, warning, 'Content-Length: 0', '\r\n'].join('\r\n');
}

/** The topmost Via if it can be read: without it there is only the way the request came. */
export function topVia({ fields }: ScannedMessage): Via | undefined {
  try {
    const field = fieldsOf(fields, 'via')[0];
    return field === undefined ? undefined : parseVia(splitValues(field)[0]!);
  } catch (error) {
    if (error instanceof SipFault) return undefined;
    throw error;
  }
}

function refusedVias(scanned: ScannedMessage, source: Source): readonly string[] {
  const top = topVia(scanned);
  const values = fieldsOf(scanned.fields, 'via').map(({ text }) => text);
  if (top === undefined) return values.map((value) => `Via: ${value}`);
  const rest = values[0]!.slice(top.head.length + top.tail.length);
  const first = values[0]!.startsWith(top.head + top.tail) ? rest : '';
  return [`Via: ${markSource(top, source)}${first}`, ...values.slice(1).map((value) => `Via: ${value}`)];
}
