// The trunks of the flows: what each route of a switch wants of Oobleck. Each has a listener of its own.

import type { Configuration } from '../../packages/oobleck/src/wiring/index.ts';

type Trunk = NonNullable<Configuration['trunks']>[number];

const TABLE = {
  /** Alpha's own callers. */
  origin: { tenant: 'alpha', direction: 'outgoing', attestation: 'A' },
  /** The same, whose PASSporTs must not be seen on the way. */
  sealed: { tenant: 'alpha', direction: 'outgoing', attestation: 'A', encryptIdentity: true },
  /** A PBX with a certificate for its own numbers: base PASSporTs. */
  pbx: { tenant: 'stranger', direction: 'outgoing' },
  /** A gateway that carries what calls bring, and may speak for none of their callers. */
  'to-pstn': { tenant: 'handset', direction: 'outgoing', outgoing: 'carry', removeIdentity: true },
  /** A carrier that signs in band. */
  legacy: { tenant: 'alpha', direction: 'outgoing', attestation: 'A' },
  /** Bravo's numbers. */
  terminating: { tenant: 'bravo', direction: 'incoming' },
  /** A gateway in front of domains that know in band only. */
  'from-pstn': { tenant: 'bravo', direction: 'incoming', incoming: 'restore' },
  /** A domain that knows in band only. */
  'in-band': { tenant: 'bravo', direction: 'incoming' },
  /** The PBX of a call centre. */
  centre: { tenant: 'centre', direction: 'incoming' },
  /** Calls that Bravo's numbers send on, and Alpha's. */
  'on-from-bravo': { tenant: 'bravo', direction: 'outgoing' },
  'back-at-alpha': { tenant: 'alpha', direction: 'incoming', incoming: 'restore' },
  'on-from-alpha': { tenant: 'alpha', direction: 'outgoing' },
} as const satisfies Record<string, Omit<Trunk, 'name'>>;

export type TrunkName = keyof typeof TABLE;
export const TRUNKS: Readonly<Record<TrunkName, Omit<Trunk, 'name'>>> = TABLE;

/** `trunks` and `sip` of the process that these trunks belong to. */
export function listenersOf(
  names: readonly TrunkName[],
  ports: ReadonlyMap<TrunkName, number>,
  bound: { readonly deadlineMs?: number },
): Pick<Configuration, 'trunks' | 'sip'> {
  return {
    trunks: names.map((name) => ({ name, ...bound, ...TRUNKS[name] })),
    sip: {
      listeners: names.map((name) => ({ name, transport: 'udp', port: ports.get(name)! })),
      peers: [{ name: 'switch', addresses: ['127.0.0.1'] }],
      rules: names.map((name) => ({ trunk: name, listener: name })),
    },
  };
}
