// Who is answered: switches that the configuration names, by the address they send from, over TLS by their certificate as
// well. Everybody else gets nothing, not even a refusal.

import { BlockList, isIP } from 'node:net';

export interface Peer {
  readonly name: string;
  /** Addresses or CIDR blocks, IPv4 or IPv6. */
  readonly addresses: readonly string[];
  /** Hexadecimal SHA-256 of DER certificates; where they are given, one of them has to be shown. */
  readonly certificates?: readonly string[] | undefined;
}

export interface PeerBook {
  /** Whether anybody is behind that address. */
  isKnown(address: string): boolean;
  /** @param certificate hexadecimal SHA-256, lower case, of what the other side has proven @returns the peer's name */
  find(address: string, certificate?: string): string | undefined;
  /** Whether certificates are asked for. */
  readonly needsCertificates: boolean;
}

const REMEMBERED = 4_096;

export interface ReplaceablePeerBook extends PeerBook {
  /** From the next message on, whatever connection it comes over. */
  replace(peers: readonly Peer[]): void;
}

interface Entry {
  readonly name: string;
  readonly blocks: BlockList;
  readonly certificates: ReadonlySet<string> | undefined;
}

/** @throws TypeError for an address that is none */
export function createPeerBook(peers: readonly Peer[]): ReplaceablePeerBook {
  let entries = peers.map(readEntry);
  const known = new Map<string, readonly Entry[]>();
  const behind = (address: string): readonly Entry[] => {
    let found = known.get(address);
    if (found === undefined) {
      const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
      found = isIP(address) === 0 ? [] : entries.filter(({ blocks }) => blocks.check(address, family));
      if (known.size >= REMEMBERED) known.clear();
      known.set(address, found);
    }
    return found;
  };
  return {
    isKnown: (address) => behind(address).length > 0,
    find: (address, certificate) =>
      behind(address).find(
        ({ certificates }) =>
          certificates === undefined || (certificate !== undefined && certificates.has(certificate)),
      )?.name,
    get needsCertificates() {
      return entries.some(({ certificates }) => certificates !== undefined);
    },
    replace(others) {
      entries = others.map(readEntry);
      known.clear();
    },
  };
}

function readEntry({ name, addresses, certificates }: Peer): Entry {
  return {
    name,
    blocks: createBlocks(addresses),
    certificates: certificates && new Set(certificates.map((one) => one.toLowerCase())),
  };
}

function createBlocks(addresses: readonly string[]): BlockList {
  const blocks = new BlockList();
  for (const text of addresses) {
    const [address, prefix] = text.split('/') as [string, string?];
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) blocks.addAddress(address, family);
    else blocks.addSubnet(address, Number(prefix), family);
  }
  return blocks;
}

/** As sockets tell addresses, without the zone and without the prefix of IPv4 in IPv6. */
export function plainAddress(address: string): string {
  if (!address.includes(':')) return address;
  const bare = address.split('%')[0]!;
  return bare.startsWith('::ffff:') && bare.includes('.') ? bare.slice(7) : bare;
}
