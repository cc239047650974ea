// Everything the flows need, every part a process of its own: two carriers with their public services; beside Alpha's
// switches the services of its callers, of a PBX and of a gateway that speaks for nobody; a carrier that signs in band
// and knows nothing of out of band; a domain that verifies in band only; beside Bravo's switches the services of its
// numbers. All switches are one Kamailio.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Lab, writeLab } from '../../packages/oobleck/src/lab/lab-files.ts';
import type { Configuration } from '../../packages/oobleck/src/wiring/index.ts';
import { tokensDrawn } from '../carriers.ts';
import { eventually } from '../eventually.ts';
import { startKamailio } from '../kamailio.ts';
import type { Running } from '../processes.ts';
import { findFreeUdpPorts } from '../udp-ports.ts';
import { configurationsOf } from './configurations.ts';
import { formatSwitch } from './flow-switch.ts';
import { layHops } from './hops.ts';
import { startNode, untilReady } from './node-process.ts';
import { type CalledParty, startCalledParty } from './received.ts';
import { TRUNKS, type TrunkName } from './trunks.ts';
import type { NodeName, WorldPlan } from './world-plan.ts';

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

async function portsOf(names: readonly TrunkName[]): Promise<ReadonlyMap<TrunkName, number>> {
  const ports = await findFreeUdpPorts(names.length);
  return new Map(names.map((name, at) => [name, ports[at]!]));
}

function hasWallet([, { authentication }]: readonly [NodeName, Configuration]): boolean {
  return authentication?.wallet !== undefined;
}
