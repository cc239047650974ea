// `verstat` (3GPP TS 24.229 Section 7.2A.20): a parameter of a tel URI, or of the user part of a SIP URI that holds a number.
// What a request says of verification is a stranger's word and is taken off before ours is put on.

import type { Verstat } from '@oobleck/stir/verdict';
import type { NameAddress } from './name-address.ts';
import { numberOf } from './offered-call.ts';
import { type SipUri, unescapeUri } from './sip-uri.ts';

/** The value of From or P-Asserted-Identity with this verdict; an address without a number only loses a stranger's. */
export function withVerstat({ writtenName, uri, parameters }: NameAddress, verstat: Verstat): string {
  const name = writtenName === '' ? '' : `${writtenName} `;
  let text = `${name}<${uriWithVerstat(uri, verstat)}>`;
  for (const [key, value] of parameters)
    if (key !== 'verstat') text += value === '' ? `;${key}` : `;${key}=${value}`;
  return text;
}

export function uriWithVerstat(uri: SipUri, verstat: Verstat): string {
  if (uri.scheme !== 'tel' && uri.scheme !== 'sip' && uri.scheme !== 'sips') return uri.text;
  const bare = withoutVerstat(uri.user);
  const user = numberOf(uri) === undefined ? bare : `${bare};verstat=${verstat}`;
  if (uri.scheme === 'tel') return `tel:${user}`;
  const port = uri.port === undefined ? '' : `:${uri.port}`;
  const headers = uri.headers === '' ? '' : `?${uri.headers}`;
  const host = user === '' ? uri.host : `${user}@${uri.host}`;
  return `${uri.scheme}:${host}${port}${withoutVerstat(uri.parameters)}${headers}`;
}

/** An escaped letter is that letter (RFC 3261 Section 19.1.4). */
function withoutVerstat(text: string): string {
  if (!/verstat/i.test(unescapeUri(text))) return text;
  return text
    .split(';')
    .filter((part) => !/^verstat(?:=|$)/i.test(unescapeUri(part)))
    .join(';');
}
