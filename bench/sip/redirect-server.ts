// The redirect element beside a switch, the way `oobleck serve` runs it, over UDP.
//
// Arguments: the configuration, and the folder its paths are relative to.

import { readFileSync } from 'node:fs';
import { type Configuration, startNode } from '../../packages/oobleck/src/wiring/index.ts';
import { reportToParent } from '../http/server-process.ts';

const [configurationFile, folder] = process.argv.slice(2);
const configuration = JSON.parse(readFileSync(configurationFile!, 'utf8')) as Configuration;
const node = await startNode(configuration, folder!);
reportToParent(`udp://127.0.0.1:${node.sip!.ports.get('udp')}`);
