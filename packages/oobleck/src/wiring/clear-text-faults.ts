// Faults of a configuration about neighbours in clear: peers that nobody knows, rules that could never hold.

import type { Configuration } from './configuration.ts';

type Peers = NonNullable<Configuration['clearText']>['peers'];
type Rule = NonNullable<NonNullable<Configuration['clearText']>['publish']>[number];

export function atisFaults({ atis, listen, trust }: Configuration): readonly string[] {
  if (atis === undefined) return [];
  const place = atis.listen ?? listen;
  return [
    ...(place === undefined ? ['atis.listen: expected, since there is no listen'] : []),
    ...(atis.readers === 'owner' && trust.numberMapFile === undefined
      ? ['trust.numberMapFile: expected, since atis.readers is owner']
      : []),
  ];
}

export function clearTextFaults(configuration: Configuration): readonly string[] {
  const { clearText, authentication, verification } = configuration;
  if (clearText === undefined) return [];
  const { peers, publish = [], retrieve = [] } = clearText;
  const publishing = authentication === undefined && publish.length > 0;
  const retrieving = verification === undefined && retrieve.length > 0;
  return [
    ...peerFaults(peers),
    ...publish.flatMap((rule, at) => ruleFaults(configuration, rule, `clearText.publish.${at}`)),
    ...retrieve.flatMap((rule, at) => ruleFaults(configuration, rule, `clearText.retrieve.${at}`)),
    ...retrieve.flatMap(({ peers: asked }, at) => neighbourFaults(peers, asked, `clearText.retrieve.${at}`)),
    ...(publishing ? ['authentication: expected, since clearText.publish is there'] : []),
    ...(retrieving ? ['verification: expected, since clearText.retrieve is there'] : []),
  ];
}

/** Peers that trunks name, whether or not there are rules. */
export function trunkPeerFaults({ trunks = [], clearText }: Configuration): readonly string[] {
  const names = new Set(clearText?.peers.map(({ name }) => name));
  return trunks.flatMap(({ clearPeers = [] }, at) =>
    clearPeers.flatMap((peer, index) =>
      names.has(peer) ? [] : [`trunks.${at}.clearPeers.${index}: expected the name of a peer of clearText`],
    ),
  );
}

function peerFaults(peers: Peers): readonly string[] {
  const names = peers.map(({ name }) => name);
  return peers.flatMap(({ name, path }, at) => {
    const field = `clearText.peers.${at}`;
    return [
      ...(names.indexOf(name) < at ? [`${field}.name: expected a name that stands once`] : []),
      ...(path !== undefined && !path.includes('{ORIG}') ? [`${field}.path: expected {ORIG} in it`] : []),
    ];
  });
}

function ruleFaults(
  { clearText, authentication }: Configuration,
  rule: Rule,
  field: string,
): readonly string[] {
  const names = new Set(clearText!.peers.map(({ name }) => name));
  const tenants = authentication?.tenants.map(({ name }) => name);
  const isNobody = rule.tenant !== undefined && tenants !== undefined && !tenants.includes(rule.tenant);
  return [
    ...rule.peers.flatMap((peer, at) =>
      names.has(peer) ? [] : [`${field}.peers.${at}: expected the name of a peer`],
    ),
    ...(isNobody ? [`${field}.tenant: expected the name of a tenant`] : []),
  ];
}

/** Under whom a neighbour published has to be known before one can ask (ATIS-1000105). */
function neighbourFaults(peers: Peers, asked: readonly string[], field: string): readonly string[] {
  return asked.flatMap((name, at) => {
    const peer = peers.find((one) => one.name === name);
    const isUnknown = peer?.profile === '105' && peer.neighbour === undefined;
    return isUnknown ? [`${field}.peers.${at}: expected a peer with a neighbour`] : [];
  });
}
