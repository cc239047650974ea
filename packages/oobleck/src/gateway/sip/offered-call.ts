// An INVITE as the call it offers: who calls as presented, who is called, where it was called before, and what came
// with it for verification (RFC 8224 Sections 4.1 and 6.2). Numbers are handed on as they stand; what they mean is a
// matter of the trunk's dial plan.

import { hash } from 'node:crypto';
import { StirError } from '@oobleck/stir';
import { MAXIMUM_SEALED_IDENTITIES, splitIdentities } from '@oobleck/stir/identity';
import { inContext } from '@oobleck/stir/number';
import { type Attestation, isAttestation, isOriginationId } from '@oobleck/stir/passport';
import { isExemptCall, type OfferedCall, type Trunk } from '../trunk/index.ts';
import { readFingerprints } from './media-fingerprints.ts';
import { displayName, type NameAddress, parseNameAddress } from './name-address.ts';
import { splitValues } from './parameters.ts';
import type { Piece } from './piece.ts';
import type { SipRequest } from './request.ts';
import type { Field } from './scan-message.ts';
import { SipFault } from './sip-fault.ts';
import { type SipUri, unescapeUri } from './sip-uri.ts';

const MAXIMUM_IDENTITIES = 16;
const MAXIMUM_FORMER = 8;
const MAXIMUM_CALL_ID = 256;

/** @throws SipFault 400 for fingerprints that are none, where something is done about the call */
export function offeredCall(request: SipRequest, trunk: Trunk): OfferedCall {
  const { from, uri, body, sentAt, asserted } = request;
  const called = numberOf(uri) ?? uri.text;
  const brought = broughtAlong(request);
  const diverted = divertedFrom(brought, called);
  const name = displayName(callingAddress(request, trunk.isAssertedTrusted));
  const mediaKeys = fingerprintsOrFault(body);
  const addressedTo = numberOf(request.to.uri) ?? request.to.uri.text;
  // All calls of one shape: what is not there is `undefined`, and whoever reads them finds each thing in one place.
  const offer = {
    trunk,
    callId: callIdOf(request),
    caller: addressText(from),
    assertedIdentities: asserted.length === 0 ? undefined : asserted.map(addressText),
    displayName: name === '' ? undefined : utf8(name),
    called,
    addressedTo: addressedTo === called ? undefined : addressedTo,
    isEmergencyMarked: brought.isEmergencyMarked,
    formerlyCalled: formerlyCalled(request, brought, called),
    divertedFrom: diverted?.number,
    historyIndex: diverted?.historyIndex,
    identities: brought.identities.slice(0, MAXIMUM_IDENTITIES),
    identityEncrypted: brought.identityEncrypted.slice(0, MAXIMUM_SEALED_IDENTITIES),
    attestation: brought.attestation,
    originationId: brought.originationId,
    sentAt,
    mediaKeys: mediaKeys instanceof SipFault ? undefined : mediaKeys,
  };
  if (mediaKeys instanceof SipFault && !isExemptCall(offer)) throw mediaKeys;
  return offer;
}

function fingerprintsOrFault(body: string): OfferedCall['mediaKeys'] | SipFault {
  try {
    return body === '' ? undefined : readFingerprints(body);
  } catch (error) {
    if (error instanceof SipFault) return error;
    throw error;
  }
}

/** A Call-ID may be longer than a call's id: then its hash names the call. */
function callIdOf({ callId }: SipRequest): string {
  return callId.length <= MAXIMUM_CALL_ID ? callId : hash('sha256', callId, 'hex');
}

/** The address that says who calls: a number that a trusted network asserts, else From (RFC 8224 Section 4.1). */
export function callingAddress({ asserted, from }: SipRequest, isAssertedTrusted: boolean): NameAddress {
  if (!isAssertedTrusted || asserted.length === 0) return from;
  return asserted.find(({ uri }) => numberOf(uri) !== undefined) ?? asserted[0]!;
}

/** A number where there is one, as it stands; else the whole address. */
function addressText({ writtenName, uri }: NameAddress): string {
  const number = numberOf(uri);
  if (number !== undefined) return number;
  return utf8(writtenName === '' ? `<${uri.text}>` : `${writtenName} <${uri.text}>`);
}

function utf8(bytes: string): string {
  return /[\u0080-\u00ff]/.test(bytes) ? Buffer.from(bytes, 'latin1').toString('utf8') : bytes;
}

const NUMBER = /^\+?[0-9*#().\- ]{1,64}$/;

/** The number of a user part or tel URI as it stands, in its context if it is a local one; `undefined` where it is no number. */
export function numberOf({ user }: SipUri): string | undefined {
  const semicolon = user.indexOf(';');
  const number = unescapeUri(semicolon === -1 ? user : user.slice(0, semicolon));
  if (!NUMBER.test(number)) return undefined;
  return semicolon === -1 ? number : localNumber(number, user.slice(semicolon));
}

function localNumber(number: string, parameters: string): string | undefined {
  try {
    return inContext(number, parameters);
  } catch (error) {
    if (error instanceof StirError) return undefined;
    throw error;
  }
}

/** Originally called and redirecting numbers: To, Diversion (RFC 5806), History-Info (RFC 7044). */
function formerlyCalled(
  { to }: SipRequest,
  { diversion, history }: Brought,
  called: string,
): readonly string[] {
  const numbers: string[] = [];
  const add = ({ uri }: NameAddress): void => {
    const number = numberOf(uri);
    const isNew = number !== undefined && number !== called && !numbers.includes(number);
    if (isNew && numbers.length < MAXIMUM_FORMER) numbers.push(number);
  };
  add(to);
  for (const address of diversion) add(address);
  for (const address of history) add(address);
  return numbers;
}

/**
 * The number that the call came to and was sent on from (RFC 8946 Section 4.1): the latest Diversion, else the entry
 * that the latest of History-Info was mapped from (`mp`, RFC 7044 Section 10.3).
 */
function divertedFrom(
  { diversion, history }: Brought,
  called: string,
): { readonly number: string; readonly historyIndex: string | undefined } | undefined {
  const mappedFrom = history.at(-1)?.parameters.get('mp');
  const entry =
    mappedFrom === undefined ? undefined : history.find((one) => one.parameters.get('index') === mappedFrom);
  const address = diversion[0] ?? entry;
  const number = address === undefined ? undefined : numberOf(address.uri);
  if (number === undefined || number === called) return undefined;
  return { number, historyIndex: diversion.length === 0 ? mappedFrom : undefined };
}

/** What cannot be read is left out: it never decides who calls or who is called. */
function readable(list: Piece): readonly NameAddress[] {
  try {
    return splitValues(list).map(parseNameAddress);
  } catch (error) {
    if (error instanceof SipFault) return [];
    throw error;
  }
}

/** What came with the call beside who calls whom. */
interface Brought {
  readonly identities: string[];
  readonly identityEncrypted: string[];
  attestation: Attestation | undefined;
  originationId: string | undefined;
  isEmergencyMarked: boolean | undefined;
  /** Diversion, the latest first. */
  readonly diversion: NameAddress[];
  /** History-Info, the latest last. */
  readonly history: NameAddress[];
}

function broughtAlong({ fields }: SipRequest): Brought {
  const brought: Brought = {
    identities: [],
    identityEncrypted: [],
    attestation: undefined,
    originationId: undefined,
    isEmergencyMarked: undefined,
    diversion: [],
    history: [],
  };
  for (const field of fields) addField(brought, field);
  return brought;
}

/** Attestation and origin: in the names of 3GPP TS 24.229 and of vendors; what is none says nothing. */
function addField(brought: Brought, field: Field): void {
  switch (field.name) {
    case 'identity':
      brought.identities.push(...splitIdentities(field.text));
      break;
    case 'identity-encrypted':
      brought.identityEncrypted.push(field.text);
      break;
    case 'diversion':
      brought.diversion.push(...readable(field));
      break;
    case 'history-info':
      brought.history.push(...readable(field));
      break;
    case 'attestation-info':
    case 'p-attestation-indicator':
    case 'p-attestation-info':
      if (isAttestation(field.text)) brought.attestation = field.text;
      break;
    case 'origination-id':
    case 'p-origination-id':
      if (isOriginationId(field.text)) brought.originationId = field.text;
      break;
    case 'priority':
      if (CALLBACK.test(field.text)) brought.isEmergencyMarked = true;
      break;
    case 'resource-priority':
      if (EMERGENCY_NETWORK.test(field.text)) brought.isEmergencyMarked = true;
      break;
    default:
  }
}

/** RFC 7090 Section 4.3. Letter case does not count (RFC 3261 Section 7.3.1). */
const CALLBACK = /^psap-callback$/i;
/** A value of the namespace of emergency service networks among those of the list (RFC 7135, RFC 4412 Section 3.1). */
const EMERGENCY_NETWORK = /(?:^|[,\s])esnet\./i;
