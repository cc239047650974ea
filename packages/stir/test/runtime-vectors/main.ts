// Checks the vectors on the Node that runs it, with both adapters, and prints the report and the version as JSON.

import { createNodeCrypto } from '../../../oobleck/src/crypto/index.ts';
import { createPortableCrypto } from '../../src/crypto/index.ts';
import { readVectors } from './read-vectors.ts';
import { runVectors } from './run-vectors.ts';

const report = runVectors(readVectors(), { node: createNodeCrypto(), portable: createPortableCrypto() });
process.stdout.write(JSON.stringify({ version: process.version, ...report }));
