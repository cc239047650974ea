// Configurations that the schema takes and that would fail later: each fault is named by its field.

import { describe, expect, it } from 'vitest';
import type { ConfigurationError } from '../operate/index.ts';
import type { Configuration } from './configuration.ts';
import { requireConsistency } from './consistency.ts';

const mailbox = {
  chainFile: 'a.pem',
  keyFile: 'a.key',
  numbers: ['1-12155000000-4000'],
  cps: ['https://cps.example'],
  directories: [],
};
const tenant = {
  name: 'a',
  certificateUrl: 'https://cr.example/a.pem',
  chainFile: 'a.pem',
  keyFile: 'a.key',
};
const trust = { anchorsFile: 'anchors.pem' };
const verifying = (...mailboxes: object[]) =>
  ({ trust, verification: { mailboxes: mailboxes.map((one) => ({ ...mailbox, ...one })) } }) as Configuration;
const signing = (...tenants: object[]) =>
  ({
    trust,
    authentication: { directories: [], tenants: tenants.map((one) => ({ ...tenant, ...one })) },
  }) as Configuration;
const serving = (...paths: string[]) =>
  ({ trust, certificates: paths.map((path) => ({ path, chainFile: 'a.pem' })) }) as Configuration;

function faultsOf(configuration: Configuration): readonly string[] {
  try {
    requireConsistency(configuration);
    return [];
  } catch (error) {
    return (error as ConfigurationError).faults;
  }
}

describe('a configuration', () => {
  it.each<[string, Configuration, string]>([
    ['with nothing to run', { trust } as Configuration, 'nothing to run'],
    ['that serves a certificate where a role answers', serving('/credentials'), 'certificates.0.path'],
    ['that serves two at one path', serving('/a.pem', '/a.pem'), 'certificates.1.path'],
    ['with two tenants of one name', signing({}, {}), 'authentication.tenants.1.name'],
    [
      'with an entry that is none',
      signing({ allowedNumbers: ['1-12155000000-0'] }),
      'authentication.tenants.0.allowedNumbers.0',
    ],
    ['with three shards', verifying({ shards: 3 }), 'verification.mailboxes.0.shards'],
    ['with more shards than its numbers fill', verifying({ shards: 8 }), 'verification.mailboxes.0.shards'],
    [
      'with one key file for two mailboxes',
      verifying({ mailboxKeyFile: 'k' }, { mailboxKeyFile: 'k' }),
      'verification.mailboxes.1.mailboxKeyFile',
    ],
  ])('%s is refused by the name of the field', (_text, configuration, field) => {
    expect(faultsOf(configuration)).toEqual([expect.stringContaining(field)]);
  });

  it('without such faults is taken', () => {
    expect(faultsOf(verifying({ shards: 4, mailboxKeyFile: 'k' }, { mailboxKeyFile: 'l' }))).toEqual([]);
    expect(faultsOf(serving('/sti/a.pem', '/sti/b.pem'))).toEqual([]);
  });
});

describe('trunks', () => {
  const trunks = (...list: object[]) => ({
    ...signing({}),
    trunks: list.map((one) => ({ name: 'east', tenant: 'a', ...one })),
  });

  it('stand once, and are of a tenant that can sign', () => {
    expect(faultsOf(trunks({}, { name: 'west' }))).toEqual([]);
    expect(faultsOf(trunks({}, {}, { name: 'west', tenant: 'b' }))).toEqual([
      'trunks.1.name: expected a name that stands once',
      'trunks.2.tenant: expected the name of a tenant',
    ]);
  });
});

describe('trunks that REST alone leads to', () => {
  const rest = { port: 1 };
  const sipFor = (trunk: string) => ({
    listeners: [{ name: 'l', transport: 'udp', port: 5060 }],
    peers: [{ name: 'p', addresses: ['192.0.2.1'] }],
    rules: [{ trunk, direction: 'outgoing' }],
  });
  const configured = (trunk: object, more: object) =>
    ({ ...signing({}), trunks: [{ name: 'east', tenant: 'a', ...trunk }], ...more }) as Configuration;

  it.each([
    [{ encryptIdentity: true }, 'trunks.0.encryptIdentity: expected a rule of sip'],
    [{ outgoing: 'carry' }, 'trunks.0.outgoing: expected a rule of sip'],
  ])('%j is refused, for want of a place in its messages', (trunk, fault) => {
    const refused = [expect.stringContaining(fault)];
    expect(faultsOf(configured(trunk, { rest }))).toEqual(refused);
    const other = { name: 'west', tenant: 'a' };
    const beside = { rest, trunks: [{ name: 'east', tenant: 'a', ...trunk }, other], sip: sipFor('west') };
    expect(faultsOf(configured(trunk, beside)).filter((one) => one.startsWith('trunks.'))).toEqual(refused);
    expect(faultsOf(configured(trunk, { rest, sip: sipFor('east') }))).toEqual([]);
    expect(faultsOf(configured(trunk, { sip: sipFor('east') }))).toEqual([]);
    expect(faultsOf(configured({ ...trunk, direction: 'incoming' }, { rest }))).toEqual([]);
  });

  it('that sign, or may carry, are taken', () => {
    for (const outgoing of [undefined, 'sign', 'sign-or-carry'])
      expect(faultsOf(configured({ outgoing, encryptIdentity: false }, { rest }))).toEqual([]);
  });
});

describe('several workers', () => {
  const atis = { hosts: ['cps.example'], listen: { host: '::', port: 1, tls: {} } };
  const several = (more: object) => ({ trust, workers: 2, store: 'lmdb:a', ...more }) as Configuration;

  it('may be a CPS of the ATIS profiles, which needs no other port but its own', () => {
    expect(faultsOf(several({ atis }))).toEqual([]);
    expect(faultsOf(several({ atis, store: 'memory:' }))).toEqual([expect.stringContaining('store: ')]);
  });

  it('are not for the roles beside a switch', () => {
    const one = several({ ...signing({}), atis });
    expect(faultsOf(one)).toEqual([
      'workers: expected 1, since authentication, verification or rest is there',
    ]);
  });

  it('need a port', () => {
    const one = several({ certificates: [] });
    expect(faultsOf(one)).toEqual(['workers: expected 1, since nothing listens']);
  });
});
