// Which trunk an INVITE belongs to: by the trunk group in its Contact (RFC 4904 Section 5), a parameter of its
// Request-URI, the listener it came to, or the peer it came from. The first rule that fits decides; none, and the call
// goes on unchanged.

import type { Trunk } from '../trunk/index.ts';
import type { SipRequest } from './request.ts';
import { type SipUri, uriParameter } from './sip-uri.ts';

export type Direction = 'outgoing' | 'incoming';

export interface TrunkRule {
  readonly trunk: Trunk;
  /** Which way calls go that this rule fits; default the trunk's own, which then has to be one of the two. */
  readonly direction?: Direction | undefined;
  /** Every condition that is given has to hold; without any, the rule fits everything. */
  readonly trunkGroup?: string | undefined;
  readonly trunkContext?: string | undefined;
  readonly parameter?: { readonly name: string; readonly value: string } | undefined;
  readonly listener?: string | undefined;
  readonly peer?: string | undefined;
}

export interface Arrival {
  readonly listener: string;
  readonly peer: string;
}

export function findRule(
  rules: readonly TrunkRule[],
  request: SipRequest,
  arrival: Arrival,
): TrunkRule | undefined {
  for (const rule of rules) if (fits(rule, request, arrival)) return rule;
  return undefined;
}

/** `undefined` where neither the rule nor the trunk says one of the two. */
export function directionOf({ direction, trunk }: TrunkRule): Direction | undefined {
  return direction ?? (trunk.direction === 'both' ? undefined : trunk.direction);
}

function fits(rule: TrunkRule, { contacts, uri }: SipRequest, { listener, peer }: Arrival): boolean {
  if (rule.listener !== undefined && rule.listener !== listener) return false;
  if (rule.peer !== undefined && rule.peer !== peer) return false;
  const { parameter, trunkGroup, trunkContext } = rule;
  if (parameter !== undefined && anyParameter(uri, parameter.name) !== parameter.value) return false;
  if (trunkGroup === undefined) return true;
  return contacts.some((contact) => isInGroup(contact.uri, trunkGroup, trunkContext));
}

/** `tgrp` is the name of RFC 4904; switches that write `trgp` are about. */
function isInGroup(uri: SipUri, group: string, context: string | undefined): boolean {
  const named = anyParameter(uri, 'tgrp') ?? anyParameter(uri, 'trgp');
  if (named !== group) return false;
  return context === undefined || anyParameter(uri, 'trunk-context')?.toLowerCase() === context.toLowerCase();
}

/** In the user part, where RFC 4904 has it, or behind the host. */
function anyParameter({ user, parameters }: SipUri, name: string): string | undefined {
  return uriParameter(user, name) ?? uriParameter(parameters, name);
}
