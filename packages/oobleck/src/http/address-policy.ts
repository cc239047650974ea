// Which IP addresses outgoing traffic may reach. What strangers put into a call (an `x5u`, a key credential) must
// not become a way into the operator's own network, so everything that the IANA special-purpose registries
// (RFC 6890) hold back from the public Internet is refused unless the operator named it.

import { BlockList, isIP } from 'node:net';

const NOT_PUBLIC_IPV4 = [
  '0.0.0.0/8', // this network
  '10.0.0.0/8', // private
  '100.64.0.0/10', // carrier-grade NAT
  '127.0.0.0/8', // loopback
  '169.254.0.0/16', // link-local, cloud metadata
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments
  '192.0.2.0/24', // documentation
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16', // private
  '198.18.0.0/15', // benchmarking
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, broadcast
];
/** Only 2000::/3 is public (RFC 4291 Section 2.4): loopback, ULA, link-local, multicast, NAT64 lie outside. */
const GLOBAL_UNICAST = ['2000::/3'];
const NOT_PUBLIC_IPV6 = [
  '2001::/23', // protocol assignments, Teredo
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4
  '3fff::/20', // documentation
];
const LOOPBACK = ['127.0.0.0/8', '::1/128'];

export interface AddressPolicy {
  /** `address` as text, IPv4 or IPv6; anything else is not permitted. */
  isPermitted(address: string): boolean;
  isLoopback(address: string): boolean;
}

/**
 * @param allowAddresses CIDR blocks or single addresses to permit beside the public ones; or `onlyNamed` them
 * @throws TypeError for an entry that is neither
 */
export function createAddressPolicy(
  allowAddresses: readonly string[] = [],
  { onlyNamed = false }: { readonly onlyNamed?: boolean } = {},
): AddressPolicy {
  const allowed = blockList(allowAddresses);
  const refused = blockList([...NOT_PUBLIC_IPV4, ...NOT_PUBLIC_IPV6]);
  const global = blockList(GLOBAL_UNICAST);
  const loopback = blockList(LOOPBACK);
  return {
    isPermitted(text) {
      const address = canonicalAddress(text);
      if (address === undefined) return false;
      if (contains(allowed, address)) return true;
      if (onlyNamed) return false;
      return !contains(refused, address) && (isIP(address) === 4 || contains(global, address));
    },
    isLoopback(text) {
      const address = canonicalAddress(text);
      return address !== undefined && contains(loopback, address);
    },
  };
}

/** IPv4-mapped IPv6 (RFC 4291 Section 2.5.5.2) as the IPv4 it reaches; zone and spelling taken away. */
function canonicalAddress(text: string): string | undefined {
  const bare = text.replace(/%.*$/, '');
  if (isIP(bare) !== 6) return isIP(bare) === 4 ? bare : undefined;
  const address = new URL(`http://[${bare}]`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(address);
  if (mapped === null) return address;
  const [high, low] = [Number.parseInt(mapped[1]!, 16), Number.parseInt(mapped[2]!, 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

function contains(list: BlockList, address: string): boolean {
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

function blockList(blocks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const block of blocks) addBlock(list, block);
  return list;
}

function addBlock(list: BlockList, block: string): void {
  const [address = '', bits, ...rest] = block.split('/');
  const version = isIP(address);
  const width = version === 6 ? 128 : 32;
  const length = bits === undefined ? width : /^[0-9]{1,3}$/.test(bits) ? Number(bits) : -1;
  if (version === 0 || rest.length > 0 || length < 0 || length > width)
    throw new TypeError('not an IP address or CIDR block');
  list.addSubnet(address, length, version === 6 ? 'ipv6' : 'ipv4');
}
