// Where the memory of the process is, in bytes: what the system counts of it, and what of that V8 and node know of.

import { getHeapStatistics } from 'node:v8';

export interface ProcessMemory {
  /** All of it, as the system counts. */
  readonly rss: number;
  /** Beside the heap and held by objects in it, array buffers included. */
  readonly external: number;
  readonly arrayBuffers: number;
  readonly heapUsed: number;
  /** What V8 has of `malloc` for itself. */
  readonly malloced: number;
}

export function processMemory(): ProcessMemory {
  const { rss, external, arrayBuffers, heapUsed } = process.memoryUsage();
  return { rss, external, arrayBuffers, heapUsed, malloced: getHeapStatistics().malloced_memory };
}
