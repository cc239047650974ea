// The SIP redirect element of a process for its switches: its listeners over one element, TLS certificates taken live.

import {
  createPeerBook,
  createRedirectElement,
  createStreamListener,
  createUdpListener,
  type Direction,
  type Listener,
  type TrunkRule,
} from '../gateway/sip/index.ts';
import type { TrunkTable } from '../gateway/trunk/index.ts';
import { ConfigurationError } from '../operate/index.ts';
import type { SipConfiguration } from './configuration-sip.ts';
import type { Environment } from './environment.ts';
import { countAnswers } from './metered-sip.ts';
import type { SwitchSide } from './switch-side.ts';
import { readTls, renewTls } from './tls-files.ts';

export interface RunningSip {
  /** Of each listener, by its name. */
  readonly ports: ReadonlyMap<string, number>;
  /** `sip:host:port;transport=udp` of each. */
  readonly origins: readonly string[];
  /**
   * Peers and rules of another configuration. @returns what puts them in place
   * @throws ConfigurationError where they cannot be taken while the process runs
   */
  prepare(options: Pick<SipConfiguration, 'peers' | 'rules'>, trunks: Pick<TrunkTable, 'byName'>): () => void;
  close(): Promise<void>;
}

type ListenerConfiguration = SipConfiguration['listeners'][number];

export async function startSipInterface(
  options: SipConfiguration,
  environment: Environment,
  { path, trunks }: SwitchSide,
): Promise<RunningSip> {
  const { log, meters, isOverloaded } = environment;
  const { contactHost, domain } = options;
  const rules = readRules(options, trunks);
  const element = createRedirectElement(
    { path, log, rules, isOverloaded, onAnswered: countAnswers(meters.meter) },
    { contactHost, domain, ownNames: ownNames(options) },
  );
  const peers = createPeerBook(options.peers);
  const isCertificateAsked =
    peers.needsCertificates ||
    options.listeners.every(({ tls }) => tls === undefined || tls.clientCaFile !== undefined);
  const listeners: Listener[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(listeners.map((one) => one.close()));
  };
  try {
    for (const [at, one] of options.listeners.entries()) {
      const { name, host = '127.0.0.1', port } = one;
      const shared = { name, host, port, peers, element, log };
      listeners.push(await startListener(one, shared, environment, `sip.listeners.${at}.tls`));
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    ports: new Map(listeners.map(({ name, port }) => [name, port])),
    origins: options.listeners.map((one, at) => originOf(one, listeners[at]!.port)),
    prepare(others, table) {
      const read = readRules(others, table);
      if (!isCertificateAsked) requireNoCertificates(others);
      return () => {
        peers.replace(others.peers);
        element.replaceRules(read);
      };
    },
    close,
  };
}

function readRules(
  { rules }: Pick<SipConfiguration, 'rules'>,
  trunks: Pick<TrunkTable, 'byName'>,
): readonly TrunkRule[] {
  return rules.map(({ trunk, direction, ...conditions }) => ({
    ...conditions,
    trunk: trunks.byName(trunk)!,
    direction: direction as Direction | undefined,
  }));
}

/** A listener that never asked for a certificate cannot begin to. */
function requireNoCertificates({ peers }: Pick<SipConfiguration, 'peers'>): void {
  const at = peers.findIndex(({ certificates }) => certificates !== undefined);
  if (at < 0) return;
  throw new ConfigurationError([
    `sip.peers.${at}.certificates: expected a restart, since no peer had any before`,
  ]);
}

function originOf({ transport, host = '127.0.0.1' }: ListenerConfiguration, port: number): string {
  return `sip:${host.includes(':') ? `[${host}]` : host}:${port};transport=${transport}`;
}

async function startListener(
  { transport, tls, connectionsPerPeer, messageMs, idleSeconds }: ListenerConfiguration,
  shared: Parameters<typeof createUdpListener>[0],
  environment: Environment,
  field: string,
): Promise<Listener> {
  if (transport === 'udp') return createUdpListener(shared);
  const idleMs = idleSeconds === undefined ? undefined : 1000 * idleSeconds;
  const limits = { connectionsPerPeer, messageMs, idleMs };
  if (tls === undefined) return createStreamListener({ ...shared, ...limits });
  const listener = await createStreamListener({
    ...shared,
    ...limits,
    tls: readTls(tls, field, environment),
  });
  renewTls(tls, field, 'sip', environment, listener.reload);
  return listener;
}

/** Names that a request which comes from here would have in its Via. */
function ownNames({ listeners, names = [] }: SipConfiguration): ReadonlySet<string> {
  const own = new Set<string>();
  for (const { host = '127.0.0.1', port } of listeners) {
    const isAny = host === '0.0.0.0' || host === '::';
    if (!isAny) own.add(`${host.includes(':') ? `[${host}]` : host}:${port}`);
    for (const name of names) if (!/:[0-9]+$/.test(name)) own.add(`${name.toLowerCase()}:${port}`);
  }
  for (const name of names) if (/:[0-9]+$/.test(name)) own.add(name.toLowerCase());
  return own;
}
