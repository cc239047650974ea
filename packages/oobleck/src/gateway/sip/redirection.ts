// What the switch is told (RFC 3261 Section 8.3; the redirect interface as carriers use it): 302 with header fields to copy
// and a Contact that leads to the same called party, 404 where there is nothing to add and the call goes on as it is,
// 603 where policy blocks it. Whatever went wrong is a 404: this element is never in the way of a call.

import { StirError } from '@oobleck/stir';
import { formatSipReasons, type Verdict, type Verstat } from '@oobleck/stir/verdict';
import type { OfferedCall, PlacedAnswer, ReceivedAnswer, Trunk } from '../trunk/index.ts';
import type { Answer } from './answer.ts';
import type { NameAddress } from './name-address.ts';
import { numberOf } from './offered-call.ts';
import type { SipRequest } from './request.ts';
import { uriWithVerstat, withVerstat } from './verstat.ts';

export interface RedirectionPolicy {
  /** Host, with a port if any, of the Contact; default that of the Request-URI. */
  readonly contactHost?: string | undefined;
  /** Host under which numbers are asserted; default that of From. */
  readonly domain?: string | undefined;
}

export const NOTHING_TO_ADD: Answer = { status: 404, phrase: 'Not Found', headers: [] };

/** For an outgoing call. */
export function placedRedirection(
  request: SipRequest,
  placed: PlacedAnswer,
  policy: RedirectionPolicy,
): Answer {
  const { identities, identityEncrypted, action } = placed;
  const removeIdentities = placed.removeIdentities && request.fields.some(({ name }) => name === 'identity');
  const headers: string[] = [];
  for (const value of identities) headers.push(`Identity: ${value}`);
  for (const value of identityEncrypted) headers.push(`Identity-Encrypted: ${value}`);
  // A redirection can only add. This says that those of the INVITE have been taken out of band.
  if (removeIdentities) headers.push('X-Identity-Action: remove');
  const isDone = !removeIdentities && isThereAlready(request, placed);
  if (action === 'unchanged' || headers.length === 0 || isDone) return NOTHING_TO_ADD;
  return moved(request, headers, policy);
}

/** A switch that follows the Contact back to here has all that there is to add: so no call goes round in a circle. */
function isThereAlready({ fields }: SipRequest, { identities, identityEncrypted }: PlacedAnswer): boolean {
  const has = (name: string, wanted: string): boolean =>
    fields.some((field) => field.name === name && field.text === wanted);
  return (
    identities.every((one) => has('identity', one)) &&
    identityEncrypted.every((one) => has('identity-encrypted', one))
  );
}

/** For an incoming call. */
export function receivedRedirection(
  request: SipRequest,
  received: ReceivedAnswer,
  { identities = [], trunk }: OfferedCall,
  policy: RedirectionPolicy,
): Answer {
  const { action, verdict, facts } = received;
  if (action === 'unchanged') return NOTHING_TO_ADD;
  const reasons = reasonsOf(verdict, identities).map((value) => `Reason: ${value}`);
  if (action === 'block') return { status: 603, phrase: 'Decline', headers: reasons };
  const headers = [
    ...assertedWithVerdict(request, verdict, trunk, policy).map((value) => `P-Asserted-Identity: ${value}`),
    ...(facts.attestation === undefined ? [] : [`P-Attestation-Indicator: ${facts.attestation}`]),
    ...(facts.originationId === undefined ? [] : [`P-Origination-Id: ${facts.originationId}`]),
    ...received.identities.map((value) => `Identity: ${value}`),
    ...reasons,
  ];
  const answer = moved(request, headers, policy);
  return { ...answer, from: withVerstat(request.from, verstatFor(request.from, verdict, trunk)) };
}

/**
 * What is proven is proven of one number. An address that shows another one, as From may beside P-Asserted-Identity, has
 * no part in it.
 */
function verstatFor({ uri }: NameAddress, { passport, verstat }: Verdict, { numbers }: Trunk): Verstat {
  if (passport === undefined) return verstat;
  const { originator } = passport;
  const isProven = originator.kind === 'tn' && numberIn(numbers, uri.text) === originator.number;
  return isProven ? verstat : 'No-TN-Validation';
}

function numberIn(plan: Trunk['numbers'], uri: string): string | undefined {
  try {
    return plan.canonical(uri);
  } catch (error) {
    if (error instanceof StirError) return undefined;
    throw error;
  }
}

/**
 * RFC 9410 Section 4: code and phrase for each PASSporT that came with the call and fell short, by its `ppi`. Where the
 * verdict says so of the call only, it is known which one is meant if there is one.
 */
function reasonsOf(
  { status, reason, channel, rejections = [] }: Verdict,
  identities: readonly string[],
): readonly string[] {
  if (rejections.length > 0) return formatSipReasons(rejections);
  if (status === 'verified' || reason === 'verified' || channel !== 'in-band' || identities.length === 0)
    return [];
  const token = identities.length === 1 ? identities[0]!.split(';')[0]!.trim() : undefined;
  return formatSipReasons([token === undefined ? { reason } : { reason, token }]);
}

function assertedWithVerdict(
  request: SipRequest,
  verdict: Verdict,
  trunk: Trunk,
  { domain }: RedirectionPolicy,
): readonly string[] {
  if (trunk.isAssertedTrusted && request.asserted.length > 0)
    return request.asserted.map((one) => withVerstat(one, verstatFor(one, verdict, trunk)));
  const { uri } = request.from;
  const verstat = verstatFor(request.from, verdict, trunk);
  if (numberOf(uri) === undefined) return [];
  if (uri.scheme === 'tel') return [`<${uriWithVerstat(uri, verstat)}>`];
  const { scheme, user, text } = uri;
  const host = domain ?? uri.host;
  const asserted = { text, scheme, user, host, port: undefined, parameters: ';user=phone', headers: '' };
  return [`<${uriWithVerstat(asserted, verstat)}>`];
}

function moved(request: SipRequest, headers: readonly string[], { contactHost }: RedirectionPolicy): Answer {
  const contact = `Contact: <${contactUri(request, contactHost)}>`;
  return { status: 302, phrase: 'Moved Temporarily', headers: [contact, ...headers] };
}

function contactUri({ uri }: SipRequest, host: string | undefined): string {
  if (host === undefined || uri.scheme === 'tel') return uri.text;
  return `${uri.scheme}:${uri.user}@${host}${uri.parameters}`;
}
