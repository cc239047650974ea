// Which URLs the safe client takes, before any name is resolved: TLS, which is RECOMMENDED on the way to a CPS (RFC 8816
// Section 7.3), is demanded of every peer.

import { HttpFailure } from './http-failure.ts';

const MAXIMUM_LENGTH = 4096;

export interface UrlRules {
  /** Take `http:` too; the connector then reaches loopback only. */
  readonly allowLoopbackHttp: boolean;
  /** Ports to take, all where absent. */
  readonly allowPorts?: readonly number[];
}

/** @throws HttpFailure refused-url */
export function parseSafeUrl(text: string, rules: UrlRules): URL {
  const url = text.length <= MAXIMUM_LENGTH ? URL.parse(text) : null;
  if (url === null) throw refusal('not a URL');
  const isPlain = url.protocol === 'http:';
  if (url.protocol !== 'https:' && !(isPlain && rules.allowLoopbackHttp))
    throw refusal('the scheme is not https');
  if (url.username !== '' || url.password !== '') throw refusal('the URL holds user information');
  const port = url.port === '' ? (isPlain ? 80 : 443) : Number(url.port);
  if (rules.allowPorts !== undefined && !rules.allowPorts.includes(port))
    throw refusal('the port is not allowed');
  return url;
}

function refusal(message: string): HttpFailure {
  return new HttpFailure('refused-url', message);
}
