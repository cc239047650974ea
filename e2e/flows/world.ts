// Everything the flows need, every part a process of its own: two carriers with their public services; beside Alpha's
// switches the services of its callers, of a PBX and of a gateway that speaks for nobody; a carrier that signs in band
// and knows nothing of out of band; a domain that verifies in band only; beside Bravo's switches the services of its
// numbers. All switches are one Kamailio.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findFreePorts } from '../../packages/oobleck/src/lab/free-ports.ts';
import { type Lab, STRANGER_NUMBERS, writeLab } from '../../packages/oobleck/src/lab/lab-files.ts';
import type { Configuration } from '../../packages/oobleck/src/wiring/index.ts';
import { tokensDrawn } from '../carriers.ts';
import { eventually } from '../eventually.ts';
import { startKamailio } from '../kamailio.ts';
import { type Running, startProcess } from '../processes.ts';
import { findFreeUdpPorts } from '../udp-ports.ts';
import { formatSwitch, type Hop } from './flow-switch.ts';
import { type CalledParty, startCalledParty } from './received.ts';
import { listenersOf, TRUNKS, type TrunkName } from './trunks.ts';

export type NodeName =
  | 'alpha-services'
  | 'bravo-services'
  | 'alpha-calls'
  | 'bravo-calls'
  | 'legacy-calls'
  | 'in-band-calls'
  | 'centre-calls';

/** The call centre is a test's of its own. */
const USUAL: readonly NodeName[] = [
  'alpha-services',
  'bravo-services',
  'alpha-calls',
  'bravo-calls',
  'legacy-calls',
  'in-band-calls',
];

export interface World {
  readonly folder: string;
  readonly lab: Lab;
  readonly nodes: ReadonlyMap<NodeName, Running>;
  readonly calledParty: CalledParty;
  /** As each process has it. */
  readonly configurations: ReadonlyMap<NodeName, Configuration>;
  /** Where calls of each route begin. */
  readonly entrance: ReadonlyMap<string, number>;
  /** Of each trunk's listener, for tests that speak SIP themselves. */
  readonly trunkPorts: ReadonlyMap<TrunkName, number>;
  /** Of the called party. */
  readonly calledPort: number;
  stop(): Promise<void>;
}

/** What a call passes on its way: a trunk asks Oobleck, `tdm` and `border` lose something, a diversion turns it. */
export type Passage =
  | TrunkName
  | 'tdm'
  | 'border'
  | 'nothing'
  | { readonly divert: TrunkName; readonly from: string; readonly to: string };
export type Routes = Readonly<Record<string, readonly Passage[]>>;

const MAIN = fileURLToPath(new URL('../../packages/oobleck/src/cli/main.ts', import.meta.url));
/** Other tests may run on the same few cores: nobody gives up early here, except where a test is about just that. */
const PATIENCE_MS = 6_000;

/** Calls of some seconds lie in a shard at once; what a page does not hold lies on the next. */
const ROOM = { replyBytes: 65_536 as const, pages: 4 };
/** Alpha's 5,000 numbers in as many shards as so many may have. */
const SHARDS = { shards: 4 };

export interface WorldPlan {
  readonly routes: Routes;
  /** Of each carrier, for each CPS and day. */
  readonly tokens: number | { readonly alpha: number; readonly bravo: number };
  /** What one call waits for at most; left out, the defaults of every part. */
  readonly deadlineMs?: number;
  /** Processes that run; default all but the call centre. */
  readonly nodes?: readonly NodeName[];
  /** Routes that end at a port of the test instead of the called party. */
  readonly ends?: Readonly<Record<string, number>>;
  /** Before any process starts. */
  readonly prepare?: (lab: Lab) => Promise<void> | void;
  /** Changes to the configuration of a node. */
  readonly adapt?: (name: NodeName, configuration: Configuration) => Configuration;
}

export async function startWorld(folder: string, plan: WorldPlan): Promise<World> {
  const lab = await writeLab(join(folder, 'lab'), Date.now());
  await plan.prepare?.(lab);
  const trunkPorts = await portsOf(Object.keys(TRUNKS) as TrunkName[]);
  const [calledPort] = (await findFreeUdpPorts(1)) as [number];
  const hopPorts = await findFreeUdpPorts(Object.values(plan.routes).flat().length);
  const { hops, entrance } = layHops(plan, hopPorts, trunkPorts, calledPort);
  const nodes = new Map<NodeName, Running>();
  const running: Running[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all([...running, ...nodes.values()].map((one) => one.stop()));
  };
  try {
    const { nodes: wanted = USUAL, adapt = (_name, configuration) => configuration } = plan;
    const configurations = (await configurationsOf(lab, plan, trunkPorts))
      .filter(([name]) => wanted.includes(name))
      .map(([name, configuration]) => [name, adapt(name, configuration)] as const);
    for (const [name, configuration] of configurations)
      nodes.set(name, startNode(lab.folder, name, configuration));
    const file = join(folder, 'switch.cfg');
    writeFileSync(file, formatSwitch(hops, calledPort));
    running.push(
      await startKamailio({ config: file, port: hops[0]!.port, nextHopPort: calledPort, memoryMib: 512 }),
    );
    for (const [name, node] of nodes) await untilReady(name, node);
    for (const [name, { authentication }] of configurations.filter(hasWallet)) {
      const { directories, wallet } = authentication!;
      const drawn = directories.length * 2 * wallet!.targetTokens!; // today and tomorrow
      await eventually(
        `the wallet of ${name} is full`,
        150_000,
        () => tokensDrawn(nodes.get(name)!.output()) >= drawn,
      );
    }
    const calledParty = startCalledParty(folder, calledPort);
    running.push({ ...running[0]!, stop: () => calledParty.stop() });
    return {
      folder,
      lab,
      nodes,
      configurations: new Map(configurations),
      calledParty,
      entrance,
      trunkPorts,
      calledPort,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** One port a passage, each route from its entrance to the called party. */
function layHops(
  { routes, ends }: WorldPlan,
  ports: readonly number[],
  trunkPorts: ReadonlyMap<TrunkName, number>,
  calledPort: number,
): { hops: readonly Hop[]; entrance: ReadonlyMap<string, number> } {
  const hops: Hop[] = [];
  const entrance = new Map<string, number>();
  for (const [route, passages] of Object.entries(routes)) {
    entrance.set(route, ports[hops.length]!);
    for (const [at, passage] of passages.entries()) {
      const port = ports[hops.length]!;
      const isLast = at === passages.length - 1;
      const nextPort = isLast ? (ends?.[route] ?? calledPort) : ports[hops.length + 1]!;
      hops.push({
        name: `H${hops.length}`,
        port,
        nextPort,
        patienceMs: PATIENCE_MS,
        ...does(passage, trunkPorts),
      });
    }
  }
  return { hops, entrance };
}

function does(passage: Passage, trunkPorts: ReadonlyMap<TrunkName, number>): Partial<Hop> {
  if (passage === 'tdm') return { loses: 'everything' };
  if (passage === 'border') return { loses: 'identity' };
  if (passage === 'nothing') return {};
  if (typeof passage === 'string') return { askPort: trunkPorts.get(passage)! };
  const { divert, from, to } = passage;
  return { askPort: trunkPorts.get(divert)!, divertsTo: { from, to } };
}

async function portsOf(names: readonly TrunkName[]): Promise<ReadonlyMap<TrunkName, number>> {
  const ports = await findFreeUdpPorts(names.length);
  return new Map(names.map((name, at) => [name, ports[at]!]));
}

async function configurationsOf(
  lab: Lab,
  plan: WorldPlan,
  ports: ReadonlyMap<TrunkName, number>,
): Promise<readonly (readonly [NodeName, Configuration])[]> {
  const { alpha, bravo } = lab;
  const { deadlineMs } = plan;
  const tokens = tokensOf(plan);
  const [legacyRest, inBandRest, centreRest] = (await findFreePorts(3)) as [number, number, number];
  const bound = deadlineMs === undefined ? {} : { deadlineMs };
  const log = { level: 'debug' as const };
  const patient = (tenant: 'alpha' | 'bravo', calls: Configuration): Configuration => ({
    ...calls,
    log,
    authentication: {
      ...calls.authentication!,
      ...bound,
      wallet: { ...calls.authentication!.wallet!, targetTokens: tokens[tenant] },
    },
    verification: {
      ...calls.verification!,
      mailboxes: calls.verification!.mailboxes.map((one) => ({
        ...(tenant === 'alpha' ? SHARDS : {}),
        ...one,
        ...ROOM,
        tenant,
      })),
      ...bound,
    },
  });
  const own = (name: string) => ({
    name,
    certificateUrl: `${alpha.origin}/certificates/${name}.pem`,
    chainFile: `${name}.pem`,
    keyFile: `${name}.key`,
  });
  const alphaCalls = patient('alpha', alpha.calls);
  const { tenants } = alphaCalls.authentication!;
  const { wallet: _, ...signing } = alphaCalls.authentication!;
  const switches = (names: readonly TrunkName[]) => listenersOf(names, ports, bound);
  const certificates = [...alpha.services.certificates!, ...['stranger', 'handset'].map(certificate)];
  return [
    ['alpha-services', { ...alpha.services, certificates }],
    ['bravo-services', bravo.services],
    [
      'alpha-calls',
      {
        ...alphaCalls,
        authentication: {
          ...alphaCalls.authentication!,
          tenants: [...tenants, { ...own('stranger'), allowedNumbers: [STRANGER_NUMBERS] }, own('handset')],
        },
        ...switches(['origin', 'sealed', 'pbx', 'to-pstn', 'back-at-alpha', 'on-from-alpha']),
      },
    ],
    [
      'bravo-calls',
      { ...patient('bravo', bravo.calls), ...switches(['terminating', 'from-pstn', 'on-from-bravo']) },
    ],
    [
      'legacy-calls',
      {
        ...alphaCalls,
        authentication: { ...signing, directories: [] },
        verification: { mailboxes: [] },
        rest: { port: legacyRest },
        ...switches(['legacy']),
      },
    ],
    [
      'in-band-calls',
      withoutAuthentication({
        ...patient('bravo', bravo.calls),
        verification: { mailboxes: [], ...bound },
        rest: { port: inBandRest },
        ...switches(['in-band']),
      }),
    ],
    [
      'centre-calls',
      withoutAuthentication({
        ...bravo.calls,
        log,
        verification: {
          mailboxes: bravo.calls
            .verification!.mailboxes.filter(({ chainFile }) => chainFile === 'call-centre.pem')
            .map((one) => ({ ...one, tenant: 'centre' })),
          // A call waits two ticks and 100 ms for the stream: at this pace long enough on a machine that is busy.
          streams: { cells: 8, cadenceMs: 300 },
          ...bound,
        },
        callcentre: { waitMs: 3_000 },
        rest: { port: centreRest, defaultTenant: 'centre' },
        ...switches(['centre']),
      }),
    ],
  ];
}

function tokensOf({ tokens }: WorldPlan) {
  return typeof tokens === 'number' ? { alpha: tokens, bravo: tokens } : tokens;
}

function certificate(name: string) {
  return { path: `/certificates/${name}.pem`, chainFile: `${name}.pem` };
}

function hasWallet([, { authentication }]: readonly [NodeName, Configuration]): boolean {
  return authentication?.wallet !== undefined;
}

export function withoutAuthentication({ authentication: _, ...configuration }: Configuration): Configuration {
  return configuration;
}

function startNode(folder: string, name: NodeName, configuration: Configuration): Running {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.json`);
  writeFileSync(file, JSON.stringify(configuration));
  return startProcess(process.execPath, [MAIN, 'serve', '--config', file], folder);
}

/** `serve` says `ready` in a line of its own. */
async function untilReady(name: NodeName, node: Running): Promise<void> {
  await eventually(`${name} is ready`, 90_000, () => {
    if (node.hasExited()) throw new Error(`${name} ended:\n${node.output()}`);
    return /^ready/m.test(node.output());
  });
}
