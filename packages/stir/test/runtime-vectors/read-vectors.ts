// The vector files of the protocol, read from the tree.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { VectorFiles } from './run-vectors.ts';

const ROOMS = new URL('../../src/', import.meta.url);

export function readVectors(): VectorFiles {
  const files: Record<string, unknown> = {};
  for (const room of readdirSync(ROOMS)) {
    const folder = new URL(`${room}/vectors/`, ROOMS);
    if (!existsSync(folder)) continue;
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.json')))
      files[`${room}/${file.slice(0, -5)}`] = JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
  }
  return files;
}
