import { describe, expect, it } from 'vitest';
import { cautionsOf } from './cautions.ts';
import type { Configuration } from './configuration.ts';
import { sipFaults } from './sip-faults.ts';

type Sip = NonNullable<Configuration['sip']>;
type Trunk = NonNullable<Configuration['trunks']>[number];

const trunk = (name: string, more: Partial<Trunk> = {}): Trunk =>
  ({ name, tenant: 'a', direction: 'outgoing', ...more }) as Trunk;

function configured(sip: Partial<Sip>, trunks: readonly Trunk[] = [trunk('one')], isSigning = true) {
  return {
    trust: {},
    ...(isSigning ? { authentication: { tenants: [], directories: [] } } : {}),
    trunks,
    sip: {
      listeners: [{ name: 'main', transport: 'udp', port: 5060 }],
      peers: [{ name: 'sbc', addresses: ['192.0.2.1'] }],
      rules: [{ trunk: 'one' }],
      ...sip,
    },
  } as Configuration;
}

const TWO = ['sbc', 'other'].map((name, at) => ({ name, addresses: [`192.0.2.${at}`] }));
const on = (host: string, transport = 'udp') =>
  ({ listeners: [{ name: 'main', transport, host, port: 5060 }] }) as Partial<Sip>;

describe('trunk groups that any peer can name', () => {
  const group: Partial<Sip> = { peers: TWO, rules: [{ trunk: 'one', trunkGroup: 'west' }] };

  it('are a caution where all trunks are one tenant’s', () => {
    expect(cautionsOf(configured(group))).toEqual([
      { kind: 'shared-trunk-group', field: 'sip.rules.0', why: expect.stringContaining('every peer') },
    ]);
    expect(sipFaults(configured(group))).toEqual([]);
    const parameter = { ...group, rules: [{ trunk: 'one', parameter: { name: 'a', value: 'b' } }] };
    expect(cautionsOf(configured(parameter))).toHaveLength(1);
  });

  it('are a fault where another tenant’s switch could name them', () => {
    const rules = [
      { trunk: 'one', trunkGroup: 'west' },
      { trunk: 'two', peer: 'other' },
    ];
    const trunks = [trunk('one'), trunk('two', { tenant: 'b' })];
    expect(sipFaults(configured({ peers: TWO, rules }, trunks))).toEqual([
      'sip.rules.0.peer: expected, since peers of several tenants could name its trunk',
    ]);
    const bound = [{ ...rules[0]!, peer: 'sbc' }, rules[1]!];
    expect(sipFaults(configured({ peers: TWO, rules: bound }, trunks))).toEqual([]);
  });

  it.each<[string, Partial<Sip>]>([
    ['one peer', { ...group, peers: TWO.slice(0, 1) }],
    ['the peer is named', { ...group, rules: [{ trunk: 'one', trunkGroup: 'west', peer: 'sbc' }] }],
    ['nothing of the request decides', { ...group, rules: [{ trunk: 'one', listener: 'main' }] }],
  ])('are none where %s', (_what, sip) => {
    expect(cautionsOf(configured(sip))).toEqual([]);
  });
});

describe('signing over UDP', () => {
  it.each(['0.0.0.0', '::', '198.51.100.7', '2001:db8::1', '172.32.0.1'])('on %s is a caution', (host) => {
    expect(cautionsOf(configured(on(host)))).toEqual([
      { kind: 'signing-over-udp', field: 'sip.listeners.0', why: expect.stringContaining('forged') },
    ]);
  });

  it.each(['127.0.0.1', '::1', '10.1.2.3', '172.31.0.1', '192.168.1.1', '100.64.0.1', 'fd00::1', 'fe80::1'])(
    'on %s is none',
    (host) => {
      expect(cautionsOf(configured(on(host)))).toEqual([]);
    },
  );

  it.each<[string, Configuration]>([
    ['over TLS', configured(on('0.0.0.0', 'tls'))],
    ['where nothing is signed', configured(on('0.0.0.0'), [trunk('one')], false)],
    ['where the trunk carries', configured(on('0.0.0.0'), [trunk('one', { outgoing: 'carry' })])],
    ['where calls arrive', configured(on('0.0.0.0'), [trunk('one', { direction: 'incoming' })])],
    ['where the trunk is off', configured(on('0.0.0.0'), [trunk('one', { on: false })])],
    [
      'where the rule is of another listener',
      configured({ ...on('0.0.0.0'), rules: [{ trunk: 'one', listener: 'x' }] }),
    ],
  ])('%s is none', (_what, configuration) => {
    expect(cautionsOf(configuration)).toEqual([]);
  });
});
