// How much each client address has of this server now: connections, requests not yet answered, requests a second. One record an
// address, forgotten when it has nothing open and its allowance is full again.

import { type AddressPolicy, createAddressPolicy } from './address-policy.ts';
import { clientOf } from './client-address.ts';
import type { HttpServerLimits } from './http-limits.ts';

/** One client. */
export interface ClientRecord {
  connections: number;
  openRequests: number;
  /** Requests it may still make at once. */
  allowance: number;
  countedAtMs: number;
  readonly isTrusted: boolean;
}

export interface ClientsAtHand {
  /** A connection more. `undefined` where the client has too many. */
  connect(address: string | undefined): ClientRecord | undefined;
  /** Who is connected from there. */
  of(address: string): ClientRecord | undefined;
  disconnect(client: ClientRecord): void;
  /** A request more, to be ended with `answered`. False where the client has, or has had, too many. */
  ask(client: ClientRecord, nowMs: number): boolean;
  answered(client: ClientRecord): void;
  /** Forgets who has nothing here. */
  sweep(nowMs: number): void;
  readonly size: number;
}

export function createClientsAtHand(limits: HttpServerLimits): ClientsAtHand {
  const {
    maxConnectionsPerAddress,
    maxOpenRequestsPerAddress,
    maxRequestsPerSecondPerAddress: rate,
  } = limits;
  const clients = new Map<string, ClientRecord>();
  const trusted = trustedOf(limits.trustedAddresses);
  const refill = (client: ClientRecord, nowMs: number): void => {
    client.allowance = Math.min(rate, client.allowance + ((nowMs - client.countedAtMs) / 1000) * rate);
    client.countedAtMs = nowMs;
  };
  return {
    connect(address = '') {
      const name = clientOf(address);
      let client = clients.get(name);
      if (client === undefined) {
        const isTrusted = trusted?.isPermitted(address) ?? false;
        client = {
          connections: 0,
          openRequests: 0,
          allowance: rate,
          countedAtMs: performance.now(),
          isTrusted,
        };
        clients.set(name, client);
      }
      if (!client.isTrusted && client.connections >= maxConnectionsPerAddress) return undefined;
      client.connections++;
      return client;
    },
    of: (address) => clients.get(clientOf(address)),
    disconnect(client) {
      client.connections--;
    },
    ask(client, nowMs) {
      if (client.isTrusted) return true;
      if (client.allowance < 1 || nowMs - client.countedAtMs > 1000) refill(client, nowMs);
      if (client.allowance < 1 || client.openRequests >= maxOpenRequestsPerAddress) return false;
      client.allowance--;
      client.openRequests++;
      return true;
    },
    answered(client) {
      if (!client.isTrusted) client.openRequests--;
    },
    sweep(nowMs) {
      for (const [name, client] of clients)
        if (client.connections === 0 && nowMs - client.countedAtMs > 1000) clients.delete(name);
    },
    get size() {
      return clients.size;
    },
  };
}

/** Only those that are named: a policy of its own would take every public address too. */
function trustedOf(addresses: readonly string[]): Pick<AddressPolicy, 'isPermitted'> | undefined {
  if (addresses.length === 0) return undefined;
  return createAddressPolicy(addresses, { onlyNamed: true });
}
