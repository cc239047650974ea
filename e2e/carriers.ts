// Two carriers and a telephone leg between them, every part a process of its own: four of Oobleck, three Kamailios, and
// SIPp as the called side.
//
//     SIPp -> Kamailio of alpha -> TDM hop -> Kamailio of bravo -> SIPp

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Lab, type LabCarrier, writeLab } from '../packages/oobleck/src/lab/lab-files.ts';
import { eventually } from './eventually.ts';
import { startKamailio } from './kamailio.ts';
import { type Running, startProcess } from './processes.ts';
import { writeRecipe } from './recipe.ts';
import { type CalledSide, startCalledSide } from './sipp.ts';
import { findFreeUdpPorts } from './udp-ports.ts';

export interface Carriers {
  readonly lab: Lab;
  readonly calledSide: CalledSide;
  /** SIP ports: calls into alpha; into alpha's trunk to bravo over IP; into the TDM hop; into bravo. */
  readonly ports: Readonly<Record<'alpha' | 'alphaOverIp' | 'tdm' | 'bravo', number>>;
  /** Processes of Oobleck by the name of their configuration. */
  readonly nodes: ReadonlyMap<NodeName, Running>;
  stop(): Promise<void>;
}

export type NodeName = 'alpha-services' | 'alpha-calls' | 'bravo-services' | 'bravo-calls';

const MAIN = fileURLToPath(new URL('../packages/oobleck/src/cli/main.ts', import.meta.url));
const TDM_HOP = fileURLToPath(new URL('./tdm-hop.cfg', import.meta.url));
/** For each CPS and day: one is spent on each call, and all are there before the first. */
const ALPHA_TOKENS = 256;
const BRAVO_TOKENS = 32;
/** Two CPSs, today and tomorrow. */
const FULL_WALLET = 2 * 2 * ALPHA_TOKENS;
/** Other tests may run on the same few cores: nobody gives up early here. */
const PATIENCE_SECONDS = 5;
const DEADLINE_MS = 4_000;

/** @param way how the switches ask: over REST, or by sending the INVITE to the redirect element */
export async function startCarriers(folder: string, way: 'rest' | 'redirect' = 'rest'): Promise<Carriers> {
  const lab = await writeLab(join(folder, 'lab'), Date.now());
  writeRecipe(folder);
  const [alpha, alphaOverIp, tdm, bravo, phone, signing, verifying] = (await findFreeUdpPorts(7)) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const askedBySip = way === 'redirect';
  const alphaCalls = withPatience(lab.alpha.calls, ALPHA_TOKENS);
  const bravoCalls = withPatience(lab.bravo.calls, BRAVO_TOKENS);
  writeFileSync(
    lab.alpha.callsFile,
    JSON.stringify(askedBySip ? withRedirect(alphaCalls, 'alpha', 'outgoing', signing) : alphaCalls),
  );
  writeFileSync(
    lab.bravo.callsFile,
    JSON.stringify(askedBySip ? withRedirect(bravoCalls, 'bravo', 'incoming', verifying) : bravoCalls),
  );
  const nodes = new Map<NodeName, Running>();
  const switches: Running[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all([...switches, ...nodes.values()].map((one) => one.stop()));
  };
  try {
    for (const carrier of [lab.alpha, lab.bravo]) startNodes(carrier, nodes, lab.folder);
    const patience = { timeoutSeconds: PATIENCE_SECONDS };
    const calling = askedBySip
      ? {
          config: join(folder, 'redirect-calling.cfg'),
          redirectPort: signing,
          redirectWaitMs: 1000 * PATIENCE_SECONDS,
        }
      : { config: join(folder, 'calling-carrier.cfg'), restPort: lab.alpha.restPort, ...patience };
    const called = askedBySip
      ? {
          config: join(folder, 'redirect-called.cfg'),
          redirectPort: verifying,
          redirectWaitMs: 1000 * PATIENCE_SECONDS,
        }
      : { config: join(folder, 'called-carrier.cfg'), restPort: lab.bravo.restPort, ...patience };
    for (const plan of [
      { ...calling, port: alpha, nextHopPort: tdm },
      { ...calling, port: alphaOverIp, nextHopPort: bravo },
      { config: TDM_HOP, port: tdm, nextHopPort: bravo, runFolder: folder },
      { ...called, port: bravo, nextHopPort: phone, ...(askedBySip ? {} : { domain: 'bravo.example' }) },
    ])
      switches.push(await startKamailio(plan));
    for (const [name, node] of nodes) await untilReady(name, node);
    const caller = nodes.get('alpha-calls')!;
    await eventually('the wallet is full', 60_000, () => tokensDrawn(caller.output()) >= FULL_WALLET);
    const calledSide = startCalledSide(folder, phone);
    const stopAll = async (): Promise<void> => {
      await calledSide.stop();
      await stop();
    };
    return { lab, calledSide, ports: { alpha, alphaOverIp, tdm, bravo }, nodes, stop: stopAll };
  } catch (error) {
    await stop();
    throw error;
  }
}

function startNodes(carrier: LabCarrier, nodes: Map<NodeName, Running>, folder: string): void {
  const files = { services: carrier.servicesFile, calls: carrier.callsFile };
  for (const [part, file] of Object.entries(files))
    nodes.set(
      `${carrier.name}-${part}` as NodeName,
      startProcess(process.execPath, [MAIN, 'serve', '--config', file], folder),
    );
}

/** `serve` says `ready` in a line of its own. */
async function untilReady(name: NodeName, node: Running): Promise<void> {
  await eventually(`${name} is ready`, 20_000, () => {
    if (node.hasExited()) throw new Error(`${name} ended:\n${node.output()}`);
    return /^ready/m.test(node.output());
  });
}

/** As the log of a process tells: a record for each filling. */
export function tokensDrawn(log: string): number {
  return log
    .split('\n')
    .filter((line) => line.includes('"wallet-filling"') && line.endsWith('}'))
    .reduce((sum, line) => sum + (JSON.parse(line) as { count: number }).count, 0);
}

/** As the recipe has it: a listener with one peer, and one trunk. */
function withRedirect(
  { rest: _, ...calls }: LabCarrier['calls'],
  tenant: string,
  direction: 'outgoing' | 'incoming',
  port: number,
): LabCarrier['calls'] {
  return {
    ...calls,
    trunks: [{ name: direction, tenant, direction, attestation: 'A', deadlineMs: DEADLINE_MS }],
    sip: {
      listeners: [{ name: 'udp', transport: 'udp', port }],
      peers: [{ name: 'kamailio', addresses: ['127.0.0.1'] }],
      rules: [{ trunk: direction }],
      domain: 'bravo.example',
    },
  };
}

function withPatience(
  { authentication, verification, ...calls }: LabCarrier['calls'],
  targetTokens: number,
): LabCarrier['calls'] {
  if (authentication?.wallet === undefined || verification === undefined)
    throw new Error('the lab has other roles');
  return {
    ...calls,
    log: { level: 'debug' },
    authentication: {
      ...authentication,
      wallet: { ...authentication.wallet, targetTokens },
      deadlineMs: DEADLINE_MS,
    },
    verification: { ...verification, deadlineMs: DEADLINE_MS },
  };
}
