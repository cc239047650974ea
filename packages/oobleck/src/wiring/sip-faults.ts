// What the schema of `sip` cannot say: names that lead nowhere, addresses that are none, rules that leave a call's
// direction open.

import { isIP } from 'node:net';
import type { Configuration } from './configuration.ts';
import type { SipConfiguration } from './configuration-sip.ts';

export function sipFaults({ sip, trunks = [] }: Configuration): readonly string[] {
  if (sip === undefined) return [];
  const direction = new Map(trunks.map((trunk) => [trunk.name, trunk.direction ?? 'both']));
  return [
    ...listenerFaults(sip),
    ...peerFaults(sip),
    ...ruleFaults(sip, direction),
    ...borrowFaults(sip, trunks),
  ];
}

/**
 * What a request says of itself (a trunk group, a parameter) is the sender's choice. Where peers of several tenants send
 * here, a rule that goes by it names the peer as well, or one tenant's switch could have its calls signed as another's.
 */
function borrowFaults(
  { rules, peers }: SipConfiguration,
  trunks: NonNullable<Configuration['trunks']>,
): readonly string[] {
  const tenantOf = new Map(trunks.map(({ name, tenant }) => [name, tenant]));
  const tenants = new Set(rules.map(({ trunk }) => tenantOf.get(trunk)));
  if (peers.length < 2 || tenants.size < 2) return [];
  return rules.flatMap((rule, at) =>
    isSendersChoice(rule)
      ? [`sip.rules.${at}.peer: expected, since peers of several tenants could name its trunk`]
      : [],
  );
}

/** Whether any peer can make the rule fit its calls. */
export function isSendersChoice({ peer, trunkGroup, parameter }: SipConfiguration['rules'][number]): boolean {
  return peer === undefined && (trunkGroup !== undefined || parameter !== undefined);
}

function listenerFaults({ listeners }: SipConfiguration): readonly string[] {
  return listeners.flatMap(({ transport, tls, host = '127.0.0.1' }, at) => [
    ...twice(listeners, at, 'sip.listeners'),
    ...((transport === 'tls') === (tls !== undefined)
      ? []
      : [`sip.listeners.${at}.tls: expected where the transport is tls, and only there`]),
    ...(isIP(host) === 0 ? [`sip.listeners.${at}.host: expected an address`] : []),
  ]);
}

function peerFaults({ peers }: SipConfiguration): readonly string[] {
  return peers.flatMap(({ addresses }, at) => [
    ...twice(peers, at, 'sip.peers'),
    ...addresses.flatMap((address, which) =>
      isBlock(address) ? [] : [`sip.peers.${at}.addresses.${which}: expected an address or CIDR block`],
    ),
  ]);
}

function isBlock(text: string): boolean {
  const [address, prefix, ...more] = text.split('/');
  const family = isIP(address!);
  if (family === 0 || more.length > 0) return false;
  return prefix === undefined || (/^[0-9]{1,3}$/.test(prefix) && Number(prefix) <= (family === 6 ? 128 : 32));
}

function ruleFaults(
  { rules, listeners, peers }: SipConfiguration,
  directions: ReadonlyMap<string, string>,
): readonly string[] {
  const isOneOf = (list: readonly { readonly name: string }[], name: string | undefined): boolean =>
    name === undefined || list.some((one) => one.name === name);
  return rules.flatMap(({ trunk, direction, listener, peer, trunkGroup, trunkContext }, at) => {
    const field = `sip.rules.${at}`;
    const own = directions.get(trunk);
    return [
      ...(own === undefined ? [`${field}.trunk: expected the name of a trunk`] : []),
      ...(own === 'both' && direction === undefined
        ? [`${field}.direction: expected, since its trunk is for both`]
        : []),
      ...(own !== undefined && own !== 'both' && direction !== undefined && direction !== own
        ? [`${field}.direction: expected that of its trunk`]
        : []),
      ...(isOneOf(listeners, listener) ? [] : [`${field}.listener: expected the name of a listener`]),
      ...(isOneOf(peers, peer) ? [] : [`${field}.peer: expected the name of a peer`]),
      ...(trunkContext !== undefined && trunkGroup === undefined
        ? [`${field}.trunkGroup: expected, since trunkContext is there`]
        : []),
    ];
  });
}

function twice(list: readonly { readonly name: string }[], at: number, field: string): readonly string[] {
  const first = list.findIndex(({ name }) => name === list[at]!.name);
  return first < at ? [`${field}.${at}.name: expected a name that stands once`] : [];
}
