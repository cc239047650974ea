// What a request must not ask for, whoever it comes from: extensions that this element does not have (RFC 3261
// Section 8.2.2.3), and a way that leads in a circle (Section 16.3).

import type { SipRequest } from './request.ts';
import { SipFault } from './sip-fault.ts';

/** Option tags about dialogs and media, which never begin here: a redirection has nothing to do for them. */
const HARMLESS = new Set([
  ...['100rel', 'timer', 'precondition', 'replaces', 'histinfo', 'early-session', 'gruu', 'outbound', 'path'],
  ...['resource-priority', 'privacy', 'tdialog', 'norefersub', 'from-change', 'answermode', 'policy'],
  'trickle-ice',
]);

/** A name under which requests reach this element. */
export interface OwnName {
  /** Lower case, IPv6 addresses in their brackets. */
  readonly host: string;
  readonly port: number;
}

/** @param name `host:port` */
export function parseOwnName(name: string): OwnName {
  const colon = name.lastIndexOf(':');
  return { host: name.slice(0, colon), port: Number(name.slice(colon + 1)) };
}

/** 420, where it requires what this element does not have. */
export function unknownOptions({ required }: SipRequest): SipFault | undefined {
  if (required.length === 0) return undefined;
  const unknown = required.filter((tag) => !HARMLESS.has(tag.toLowerCase()));
  if (unknown.length === 0) return undefined;
  return new SipFault(420, 'an extension that is not supported', [`Unsupported: ${unknown.join(', ')}`]);
}

/**
 * Nothing is forwarded from here, so a Via with a name of this element's is a request that goes in a circle, or a forged
 * one; and one that may go no further ends here.
 * @throws SipFault 482, 483
 */
export function requireNoLoop(ownNames: readonly OwnName[], { vias, maxForwards }: SipRequest): void {
  if (maxForwards === 0) throw new SipFault(483, 'no hops are left');
  for (const { host, port = 5060 } of ownNames.length === 0 ? [] : vias)
    for (const own of ownNames)
      if (own.port === port && own.host === host.toLowerCase())
        throw new SipFault(482, 'the request was here before');
}
