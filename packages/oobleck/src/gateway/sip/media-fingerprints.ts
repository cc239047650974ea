// Fingerprints of the keys that protect the media, out of the session description of an INVITE: what `mky` of its
// PASSporT has to name (RFC 8224 Section 4.1, RFC 8225 Section 5.2.2). Nothing else of SDP is read.

import { StirError } from '@oobleck/stir';
import { type MediaKey, parseFingerprint } from '@oobleck/stir/passport';
import { malformed } from './sip-fault.ts';

const LINE = 'a=fingerprint:';
const MAXIMUM_KEYS = 32;

/** `undefined` where there is none. @throws SipFault 400 for one that is malformed, or too many */
export function readFingerprints(body: string): readonly MediaKey[] | undefined {
  let at = lineStart(body, 0);
  if (at === -1) return undefined;
  const keys: MediaKey[] = [];
  for (; at !== -1; at = lineStart(body, at)) {
    if (keys.length === MAXIMUM_KEYS) throw malformed('too many fingerprints');
    const end = body.indexOf('\n', at);
    keys.push(readKey(body.slice(at + LINE.length, end === -1 ? body.length : end)));
    at = end === -1 ? body.length : end;
  }
  return keys;
}

function lineStart(body: string, from: number): number {
  let at = body.indexOf(LINE, from);
  while (at > 0 && body[at - 1] !== '\n') at = body.indexOf(LINE, at + 1);
  return at;
}

function readKey(value: string): MediaKey {
  try {
    return parseFingerprint(value);
  } catch (error) {
    if (error instanceof StirError) throw malformed('a fingerprint that is none');
    throw error;
  }
}
