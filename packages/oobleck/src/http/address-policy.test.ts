import { describe, expect, it } from 'vitest';
import { createAddressPolicy } from './address-policy.ts';

const REFUSED = {
  'this network': ['0.0.0.0', '0.1.2.3', '::'],
  private: ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fc00::1', 'fd12:3456::1'],
  'carrier-grade NAT': ['100.64.0.1', '100.127.255.255'],
  loopback: ['127.0.0.1', '127.255.0.3', '::1'],
  'link-local': ['169.254.169.254', 'fe80::1', 'fe80::1%eth0', 'febf::1'],
  multicast: ['224.0.0.1', '239.255.255.255', 'ff02::1'],
  'reserved, broadcast': ['240.0.0.1', '255.255.255.255'],
  documentation: ['192.0.2.1', '198.51.100.7', '203.0.113.9', '2001:db8::1', '3fff::1'],
  benchmarking: ['198.18.0.1', '198.19.255.255', '2001:2::1'],
  'IPv4-mapped': ['::ffff:10.0.0.1', '::ffff:127.0.0.1', '::ffff:7f00:1', '0:0:0:0:0:FFFF:A9FE:A9FE'],
  'IPv4-compatible': ['::127.0.0.1', '::10.0.0.1'],
  NAT64: ['64:ff9b::a00:1', '64:ff9b::8.8.8.8', '64:ff9b:1::1'],
  'tunnels to IPv4': ['2002:7f00:1::1', '2001:0:7f00:1::1'],
  'not an address': ['', 'localhost', '127.1', '1.2.3.4.5', '0x7f000001'],
};

describe('address policy', () => {
  it.each(Object.entries(REFUSED))('refuses %s', (_kind, addresses) => {
    const { isPermitted } = createAddressPolicy();
    for (const address of addresses) expect([address, isPermitted(address)]).toEqual([address, false]);
  });

  it('permits public addresses', () => {
    const { isPermitted } = createAddressPolicy();
    for (const address of ['8.8.8.8', '100.63.255.255', '172.32.0.1', '2606:4700::1111', '::ffff:8.8.8.8'])
      expect([address, isPermitted(address)]).toEqual([address, true]);
  });

  it('permits what is configured, and nothing beside it', () => {
    const { isPermitted } = createAddressPolicy(['10.1.0.0/16', '127.0.0.1', 'fd00:1::/32']);
    for (const address of ['10.1.2.3', '::ffff:10.1.2.3', '127.0.0.1', 'fd00:1::9'])
      expect([address, isPermitted(address)]).toEqual([address, true]);
    for (const address of ['10.2.0.1', '127.0.0.2', 'fd00:2::9', '::1'])
      expect([address, isPermitted(address)]).toEqual([address, false]);
  });

  it('refuses a configuration that is no address', () => {
    for (const block of [
      '',
      'example.net',
      '10.0.0.0/33',
      '10.0.0.0/',
      '10.0.0.0/8/8',
      '::/129',
      '10.0.0.0/-1',
    ])
      expect(() => createAddressPolicy([block])).toThrow(TypeError);
  });
});
