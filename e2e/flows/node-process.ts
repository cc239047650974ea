// A process of a world: `oobleck serve`, with its configuration in a file.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Configuration } from '../../packages/oobleck/src/wiring/index.ts';
import { eventually } from '../eventually.ts';
import { type Running, startProcess } from '../processes.ts';
import type { NodeName } from './world-plan.ts';

const MAIN = fileURLToPath(new URL('../../packages/oobleck/src/cli/main.ts', import.meta.url));

export function startNode(folder: string, name: NodeName, configuration: Configuration): Running {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.json`);
  writeFileSync(file, JSON.stringify(configuration));
  return startProcess(process.execPath, [MAIN, 'serve', '--config', file], folder);
}

/** `serve` says `ready` in a line of its own. */
export async function untilReady(name: NodeName, node: Running): Promise<void> {
  await eventually(`${name} is ready`, 90_000, () => {
    if (node.hasExited()) throw new Error(`${name} ended:\n${node.output()}`);
    return /^ready/m.test(node.output());
  });
}
