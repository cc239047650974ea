// An INVITE as the call it offers: who calls as presented, who is called, where it was called before, and what came
// with it for verification (RFC 8224 Sections 4.1 and 6.2). Numbers are handed on as they stand; what they mean is a
// matter of the trunk's dial plan.

import { hash } from 'node:crypto';
import { splitIdentities } from '@oobleck/stir/identity';
import { isAttestation, isOriginationId } from '@oobleck/stir/passport';
import type { OfferedCall, Trunk } from '../trunk/index.ts';
import { readFingerprints } from './media-fingerprints.ts';
import { displayName, type NameAddress, parseNameAddress } from './name-address.ts';
import { splitValues } from './parameters.ts';
import type { SipRequest } from './request.ts';
import { SipFault } from './sip-fault.ts';
import { type SipUri, unescapeUri } from './sip-uri.ts';

const MAXIMUM_IDENTITIES = 16;
const MAXIMUM_FORMER = 8;
const MAXIMUM_CALL_ID = 256;

/** @throws SipFault 400 for fingerprints that are none */
export function offeredCall(request: SipRequest, trunk: Trunk): OfferedCall {
  const { from, uri, body, sentAt, asserted } = request;
  const called = numberOf(uri) ?? uri.text;
  const diversions = readDiversions(request);
  const mediaKeys = body === '' ? undefined : readFingerprints(body);
  const name = displayName(callingAddress(request, trunk.isAssertedTrusted));
  return {
    trunk,
    callId: callIdOf(request),
    caller: addressText(from),
    ...(asserted.length === 0 ? {} : { assertedIdentities: asserted.map(addressText) }),
    ...(name === '' ? {} : { displayName: utf8(name) }),
    called,
    formerlyCalled: formerlyCalled(request, diversions, called),
    ...divertedFrom(diversions, called),
    ...broughtAlong(request),
    ...(sentAt === undefined ? {} : { sentAt }),
    ...(mediaKeys === undefined ? {} : { mediaKeys }),
  };
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

/** The number of a user part or tel URI as it stands, its parameters taken off; `undefined` where it is no number. */
export function numberOf({ user }: SipUri): string | undefined {
  const semicolon = user.indexOf(';');
  const number = unescapeUri(semicolon === -1 ? user : user.slice(0, semicolon));
  return NUMBER.test(number) ? number : undefined;
}

/** Originally called and redirecting numbers: To, Diversion (RFC 5806), History-Info (RFC 7044). */
function formerlyCalled(
  { to }: SipRequest,
  { diversion, history }: Diversions,
  called: string,
): readonly string[] {
  const numbers: string[] = [];
  for (const { uri } of [to, ...diversion, ...history]) {
    const number = numberOf(uri);
    const isNew = number !== undefined && number !== called && !numbers.includes(number);
    if (isNew && numbers.length < MAXIMUM_FORMER) numbers.push(number);
  }
  return numbers;
}

interface Diversions {
  /** The latest first. */
  readonly diversion: readonly NameAddress[];
  /** The latest last. */
  readonly history: readonly NameAddress[];
}

function readDiversions({ fields }: SipRequest): Diversions {
  const diversion: NameAddress[] = [];
  const history: NameAddress[] = [];
  for (const { name, value } of fields) {
    if (name === 'diversion') diversion.push(...readable(value));
    else if (name === 'history-info') history.push(...readable(value));
  }
  return { diversion, history };
}

/**
 * The number that the call came to and was sent on from (RFC 8946 Section 4.1): the latest Diversion, else the entry
 * that the latest of History-Info was mapped from (`mp`, RFC 7044 Section 10.3).
 */
function divertedFrom(
  { diversion, history }: Diversions,
  called: string,
): Pick<OfferedCall, 'divertedFrom' | 'historyIndex'> {
  const mappedFrom = history.at(-1)?.parameters.get('mp');
  const entry =
    mappedFrom === undefined ? undefined : history.find((one) => one.parameters.get('index') === mappedFrom);
  const address = diversion[0] ?? entry;
  const number = address === undefined ? undefined : numberOf(address.uri);
  if (number === undefined || number === called) return {};
  const index = diversion.length === 0 ? mappedFrom : undefined;
  return { divertedFrom: number, ...(index === undefined ? {} : { historyIndex: index }) };
}

/** What cannot be read is left out: it never decides who calls or who is called. */
function readable(value: string): readonly NameAddress[] {
  try {
    return splitValues(value).map(parseNameAddress);
  } catch (error) {
    if (error instanceof SipFault) return [];
    throw error;
  }
}

type Brought = Pick<OfferedCall, 'identities' | 'identityEncrypted' | 'attestation' | 'originationId'>;

function broughtAlong({ fields }: SipRequest): Brought {
  const identities: string[] = [];
  const identityEncrypted: string[] = [];
  let facts: Pick<OfferedCall, 'attestation' | 'originationId'> = {};
  for (const { name, value } of fields) {
    if (name === 'identity') identities.push(...splitIdentities(value));
    else if (name === 'identity-encrypted') identityEncrypted.push(value);
    else if (ATTESTATIONS.has(name) && isAttestation(value)) facts = { ...facts, attestation: value };
    else if (ORIGINS.has(name) && isOriginationId(value)) facts = { ...facts, originationId: value };
  }
  return {
    identities: identities.slice(0, MAXIMUM_IDENTITIES),
    identityEncrypted: identityEncrypted.slice(0, MAXIMUM_IDENTITIES),
    ...facts,
  };
}

/** What switches say of the caller, in the names of 3GPP TS 24.229 and of vendors. */
const ATTESTATIONS = new Set(['attestation-info', 'p-attestation-indicator', 'p-attestation-info']);
const ORIGINS = new Set(['origination-id', 'p-origination-id']);
