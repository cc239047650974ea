// The type (RFC 8816 Section 8.2, step 2): text to PASSporTs, or why not. In band the parameters
// of the header field are held against the PASSporT, and a compact form is put together from the call.

import type { ArrivedCall } from '../call/index.ts';
import { type Identity, parseIdentity } from '../identity/index.ts';
import {
  type CompactFacts,
  expandCompact,
  PASSPORT_EXTENSIONS,
  type Passport,
  type PassportExtension,
  parsePassport,
  pptOf,
} from '../passport/index.ts';
import { StirError } from '../stir-error.ts';
import type { Outcome } from './reason.ts';

/** A full-form PASSporT of a supported type (RFC 8225 Section 8.1). */
export function readPassport(token: string): Outcome<Passport> {
  try {
    return { value: parsePassport(token) };
  } catch (error) {
    if (!(error instanceof StirError)) throw error;
    return { fault: error.code === 'ERR_PASSPORT_UNSUPPORTED' ? 'unsupported-ppt' : 'malformed' };
  }
}

/**
 * An Identity header field value: the PASSporT, whose header its parameters must mirror (RFC 8224 Section 4.1).
 * @param call fills a compact form in; without it, or without its Date, a compact form cannot be read
 */
export function readIdentity(value: string, call?: ArrivedCall): Outcome<Passport> {
  const identity = orUndefined(() => parseIdentity(value));
  if (identity === undefined) return { fault: 'malformed' };
  const extension = PASSPORT_EXTENSIONS.find((one) => pptOf(one) === identity.ppt);
  if (identity.token.startsWith('..')) return readCompact(identity, extension, call);
  const read = readPassport(identity.token);
  if ('fault' in read) return read;
  const { certificateUrl } = read.value;
  const isMirror =
    identity.info === certificateUrl && identity.algorithm === 'ES256' && extension === read.value.extension;
  return isMirror ? read : { fault: 'info-mismatch' };
}

/** RFC 8225 Section 7: the header comes from the parameters, the claims from signaling. */
function readCompact(
  { token, info, algorithm }: Identity,
  extension: PassportExtension | undefined,
  call: ArrivedCall | undefined,
): Outcome<Passport> {
  if (extension === undefined) return { fault: 'unsupported-ppt' };
  if (algorithm !== 'ES256') return { fault: 'info-mismatch' };
  const facts = call && compactFacts(call, extension, info);
  const full = facts && orUndefined(() => expandCompact(token, facts));
  return full === undefined ? { fault: 'malformed' } : readPassport(full);
}

/** RFC 8224 Section 4.1: `orig` from the caller, `dest` from whom was called, `iat` from Date. */
function compactFacts(
  { caller, callerUri, called, calledUris = [], sentAt, mediaKeys = [], displayName }: ArrivedCall,
  extension: PassportExtension,
  certificateUrl: string,
): CompactFacts | undefined {
  if (sentAt === undefined || (caller === undefined && callerUri === undefined)) return undefined;
  const isNumber = called.length > 0;
  return {
    extension,
    certificateUrl,
    originator: caller === undefined ? { kind: 'uri', uri: callerUri! } : { kind: 'tn', number: caller },
    destinations: { numbers: called.slice(0, 1), uris: isNumber ? [] : calledUris.slice(0, 1) },
    issuedAt: sentAt,
    ...(mediaKeys.length === 0 ? {} : { mediaKeys }),
    ...(extension !== 'rcd' || displayName === undefined ? {} : { richCallData: { name: displayName } }),
  };
}

function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof StirError) return undefined;
    throw error;
  }
}
