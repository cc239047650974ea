// What a configuration may say and somebody should think about: not a fault, but a risk. It is told once: when the process
// starts, when a changed configuration is taken, or when the configuration is checked.

import { BlockList, isIP } from 'node:net';
import type { EventLog } from '../operate/index.ts';
import type { Configuration } from './configuration.ts';
import type { SipConfiguration } from './configuration-sip.ts';
import { isSendersChoice } from './sip-faults.ts';

export interface Caution {
  readonly kind: 'shared-trunk-group' | 'signing-over-udp';
  /** Of the configuration. */
  readonly field: string;
  /** For a person. */
  readonly why: string;
}

/** @param configuration without faults */
export function cautionsOf(configuration: Configuration): readonly Caution[] {
  const { sip, trunks = [], authentication } = configuration;
  if (sip === undefined) return [];
  return [...sharedGroups(sip), ...(authentication === undefined ? [] : signingOverUdp(sip, trunks))];
}

/** @param configuration without faults, that is in force from now on */
export function tellCautions(configuration: Configuration, log: EventLog): void {
  for (const { kind, field } of cautionsOf(configuration))
    if (kind === 'signing-over-udp') log.warn('signing-over-udp', { role: 'sip', reason: field });
    else log.warn('shared-trunk-group', { role: 'sip', reason: field });
}

function sharedGroups({ rules, peers }: SipConfiguration): readonly Caution[] {
  if (peers.length < 2) return [];
  return rules.flatMap((rule, at): readonly Caution[] =>
    isSendersChoice(rule)
      ? [
          {
            kind: 'shared-trunk-group',
            field: `sip.rules.${at}`,
            why: 'without a peer, every peer can have its calls on this trunk by naming it',
          },
        ]
      : [],
  );
}

/** RFC 3261 Section 26.3.1 has redirect servers speak TLS; over UDP whoever can send packets there can write any peer’s address on them. */
function signingOverUdp(
  { listeners, rules }: SipConfiguration,
  trunks: NonNullable<Configuration['trunks']>,
): readonly Caution[] {
  const signing = new Set(
    trunks
      .filter(
        ({ on = true, outgoing = 'sign', direction }) =>
          on && outgoing !== 'carry' && direction !== 'incoming',
      )
      .map(({ name }) => name),
  );
  return listeners.flatMap(({ name, transport, host = '127.0.0.1' }, at): readonly Caution[] => {
    if (transport !== 'udp' || isNear(host)) return [];
    const signs = rules.some(
      (rule) =>
        signing.has(rule.trunk) &&
        rule.direction !== 'incoming' &&
        (rule.listener === undefined || rule.listener === name),
    );
    const why = 'it signs calls over UDP on an address that is not private: addresses of peers can be forged';
    return signs ? [{ kind: 'signing-over-udp', field: `sip.listeners.${at}`, why }] : [];
  });
}

const NEAR = nearAddresses();

/** Loopback, private (RFC 1918, RFC 4193), link-local, and shared by a carrier (RFC 6598). Every address is not near. */
function isNear(host: string): boolean {
  return NEAR.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4');
}

function nearAddresses(): BlockList {
  const list = new BlockList();
  list.addSubnet('127.0.0.0', 8);
  list.addSubnet('10.0.0.0', 8);
  list.addSubnet('172.16.0.0', 12);
  list.addSubnet('192.168.0.0', 16);
  list.addSubnet('169.254.0.0', 16);
  list.addSubnet('100.64.0.0', 10);
  list.addAddress('::1', 'ipv6');
  list.addSubnet('fc00::', 7, 'ipv6');
  list.addSubnet('fe80::', 10, 'ipv6');
  return list;
}
