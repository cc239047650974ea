// What a PASSporT states, apart from who signed it: one shape for reading and for writing, so that what is signed here
// is what would be read here. Each type's claims are in a file of their own.

import type { JsonObject } from '../json/index.ts';
import { StirError } from '../stir-error.ts';
import { type Diversion, formatDiversion, parseDivClaims } from './div.ts';
import { formatNestedDiversion, type NestedDiversion, parseDivOClaims } from './div-o.ts';
import type { PassportExtension } from './extension.ts';
import { formatMediaKeys, type MediaKey, parseMediaKeys } from './mky.ts';
import { formatMsgClaims, type MessageClaims, parseMsgClaims } from './msg.ts';
import { formatParties, type Parties, parseParties } from './parties.ts';
import { formatRcd, parseCallReason, parseRcd, type RichCallData, requireRcdClaims } from './rcd.ts';
import { formatRphClaims, parseRphClaims, type ResourcePriority } from './rph.ts';
import { formatShakenClaims, parseShakenClaims, type ShakenClaims } from './shaken.ts';

export interface PassportStatement extends Parties {
  readonly extension: PassportExtension;
  /** `jti`, where there is one (RFC 7519 Section 4.1.7). */
  readonly id?: string;
  /** The claims of RFC 8588; present when the extension is `shaken`. */
  readonly shaken?: ShakenClaims;
  /** `div`; present when the extension is `div` or `div-o`, and then with `original`. */
  readonly diversion?: Diversion | NestedDiversion;
  /** `rph` and `sph`; present when the extension is `rph`. */
  readonly priority?: ResourcePriority;
  /** `msgi`; present when the extension is `msg`. */
  readonly message?: MessageClaims;
  /** `rcd` and `rcdi`, on any type (RFC 9795). */
  readonly richCallData?: RichCallData;
  /** `crn`, on any type. */
  readonly callReason?: string;
  /** `iss`: in a PASSporT of type `rcd` a third party speaks about the caller (RFC 9795). */
  readonly issuer?: string;
  /** `mky`, on any type (RFC 8225 Section 5.2.2). */
  readonly mediaKeys?: readonly MediaKey[];
}

/** Claims to what they state. @throws StirError ERR_PASSPORT_FORMAT */
export function parseStatement(extension: PassportExtension, payload: JsonObject): PassportStatement {
  return {
    extension,
    ...parseParties(payload),
    ...parseExtension(extension, payload),
    ...parseExtras(payload),
  };
}

/** Back to claims; their order is left to the canonical form. */
export function formatStatement(statement: PassportStatement): JsonObject {
  const { id, issuer, callReason, richCallData, mediaKeys } = statement;
  return {
    ...formatParties(statement),
    ...formatExtension(statement),
    ...(id === undefined ? {} : { jti: id }),
    ...(issuer === undefined ? {} : { iss: issuer }),
    ...(callReason === undefined ? {} : { crn: callReason }),
    ...(richCallData === undefined ? {} : formatRcd(richCallData)),
    ...(mediaKeys === undefined ? {} : { mky: formatMediaKeys(mediaKeys) }),
  };
}

function parseExtension(extension: PassportExtension, payload: JsonObject): Partial<PassportStatement> {
  switch (extension) {
    case 'shaken':
      return { shaken: parseShakenClaims(payload) };
    case 'div':
      return { diversion: requireChange(payload, parseDivClaims(payload)) };
    case 'div-o':
      return { diversion: requireChange(payload, parseDivOClaims(payload)) };
    case 'rph':
      return { priority: parseRphClaims(payload) };
    case 'msg':
      return { message: parseMsgClaims(payload) };
    case 'rcd':
      requireRcdClaims(payload);
      return {};
    default:
      return {};
  }
}

function formatExtension({ shaken, diversion, priority, message }: PassportStatement): JsonObject {
  if (shaken !== undefined) return formatShakenClaims(shaken);
  if (diversion !== undefined)
    return 'original' in diversion ? formatNestedDiversion(diversion) : formatDiversion(diversion);
  if (priority !== undefined) return formatRphClaims(priority);
  return message === undefined ? {} : formatMsgClaims(message);
}

const EXTRAS = ['jti', 'iss', 'crn', 'rcd', 'rcdi', 'mky'] as const;

function parseExtras(payload: JsonObject): Partial<PassportStatement> | undefined {
  if (EXTRAS.every((name) => payload[name] === undefined)) return undefined;
  const { jti, iss, mky } = payload;
  const callReason = parseCallReason(payload);
  const richCallData = parseRcd(payload);
  return {
    ...(jti === undefined ? {} : { id: requireText(jti) }),
    ...(iss === undefined ? {} : { issuer: requireText(iss) }),
    ...(callReason === undefined ? {} : { callReason }),
    ...(richCallData === undefined ? {} : { richCallData }),
    ...(mky === undefined ? {} : { mediaKeys: parseMediaKeys(mky) }),
  };
}

/** RFC 8946 Section 3: where the canonical destination does not change there MUST NOT be a diversion. */
function requireChange<T extends Diversion>({ dest }: JsonObject, diversion: T): T {
  const { from } = diversion;
  const { tn = [], uri = [] } = dest as { tn?: readonly string[]; uri?: readonly string[] };
  const isUnchanged = from.kind === 'tn' ? tn.includes(from.number) : uri.includes(from.uri);
  if (isUnchanged) throw new StirError('ERR_PASSPORT_FORMAT', 'a diversion to where the call was going');
  return diversion;
}

function requireText(value: unknown): string {
  if (typeof value !== 'string') throw new StirError('ERR_PASSPORT_FORMAT', 'jti or iss is no text');
  return value;
}
