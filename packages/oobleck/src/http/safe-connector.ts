// Opens the connections of the safe client. Addresses are checked here, at the moment of connecting and on the
// very answer that is connected to, so that a name which resolves differently a second later gains nothing.

import { lookup as dnsLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import type { AddressPolicy } from './address-policy.ts';
import { HttpFailure } from './http-failure.ts';

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/** Host name to addresses; rejects where there are none. */
export type Resolve = (hostname: string) => Promise<readonly ResolvedAddress[]>;

export interface SafeConnectorOptions {
  readonly policy: AddressPolicy;
  readonly resolve: Resolve;
  readonly connectTimeoutMs: number;
  /** PEM roots instead of the system's; or those of the moment, another list where they are others. */
  readonly ca?: readonly string[] | (() => readonly string[]);
  readonly certificate?: string;
  readonly key?: string;
}

export function createSafeConnector(options: SafeConnectorOptions): buildConnector.connector {
  const { policy } = options;
  const secure = connectorFor(options, policy.isPermitted);
  const plain = connectorFor(options, policy.isLoopback);
  return (target, callback) => (target.protocol === 'https:' ? secure : plain)(target, callback);
}

/** Asks the system's resolver for all addresses, in its order. */
export const resolveBySystem: Resolve = (hostname) =>
  new Promise((resolve, reject) => {
    dnsLookup(hostname, { all: true }, (error, addresses) => (error ? reject(error) : resolve(addresses)));
  });

function connectorFor(
  options: SafeConnectorOptions,
  isAllowed: (address: string) => boolean,
): buildConnector.connector {
  const lookup = createCheckedLookup(options.resolve, isAllowed);
  const build = (ca: readonly string[] | undefined): buildConnector.connector =>
    buildConnector({
      allowH2: true,
      preferH2: true,
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
      timeout: options.connectTimeoutMs,
      lookup,
      autoSelectFamily: true,
      ca: ca === undefined ? undefined : [...ca],
      cert: options.certificate,
      key: options.key,
    });
  let roots = rootsOf(options);
  let connect = build(roots);
  return (target, callback) => {
    const literal = target.hostname.replace(/^\[|\]$/g, '');
    if (isIP(literal) !== 0 && !isAllowed(literal)) return callback(refusedAddress(), null);
    const current = rootsOf(options);
    // With it go TLS sessions that were opened under roots which count no more.
    if (current !== roots) connect = build(current);
    roots = current;
    connect({ ...target, hostname: literal }, callback);
  };
}

function rootsOf({ ca }: SafeConnectorOptions): readonly string[] | undefined {
  return typeof ca === 'function' ? ca() : ca;
}

function createCheckedLookup(resolve: Resolve, isAllowed: (address: string) => boolean): LookupFunction {
  return (hostname, { all }, callback) => {
    const answer = (addresses: readonly ResolvedAddress[]) => {
      const allowed = addresses.filter(({ address }) => isAllowed(address));
      if (allowed.length === 0) return callback(refusedAddress(), '', 0);
      if (all) callback(null, [...allowed]);
      else callback(null, allowed[0]!.address, allowed[0]!.family);
    };
    resolve(hostname).then(answer, (error: Error) => callback(error, '', 0));
  };
}

function refusedAddress(): HttpFailure {
  return new HttpFailure('refused-address', 'the host has no address that may be contacted');
}
