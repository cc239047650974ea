// The process beside a switch, the way `oobleck serve` runs it: authentication, verification and the REST interface on
// loopback.
//
// Arguments: the configuration, and the folder its paths are relative to.

import { readFileSync } from 'node:fs';
import { type Configuration, startNode } from '../../packages/oobleck/src/wiring/index.ts';
import { reportToParent } from './server-process.ts';

const [configurationFile, folder] = process.argv.slice(2);
const configuration = JSON.parse(readFileSync(configurationFile!, 'utf8')) as Configuration;
const node = await startNode(configuration, folder!);
reportToParent(node.restOrigin!);
