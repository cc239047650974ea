// Whether the process is about to run out of memory: looked at now and then, asked at every request. Above the mark requests are
// refused, so that those which are being answered can be, and the process lives on.

import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';

export interface MemoryUse {
  readonly used: number;
  readonly limit: number;
}

export interface MemoryWatermarkOptions {
  /** Bytes of the whole process; default 85 % of what the machine, or its container, has. */
  readonly maximumBytes?: number;
  /** Default 250. */
  readonly sampleMs?: number;
  /** Milliseconds from any origin. */
  readonly now?: () => number;
  /** What is measured; default the process and its heap. */
  readonly measure?: () => readonly MemoryUse[];
  /** Told once when the mark is reached, and once when there is room again. */
  readonly onChange?: (isFull: boolean) => void;
}

const SHARE = 0.85;
/** Below this share of the mark requests are taken again: it does not flutter. */
const RELIEF = 0.95;

/** @returns whether there is no room for more */
export function createMemoryWatermark(options: MemoryWatermarkOptions = {}): () => boolean {
  const { sampleMs = 250, now = () => performance.now() } = options;
  const measure = options.measure ?? measureProcess(options.maximumBytes ?? SHARE * availableBytes());
  let sampledMs = Number.NEGATIVE_INFINITY;
  let isFull = false;
  return () => {
    const at = now();
    if (at - sampledMs < sampleMs) return isFull;
    sampledMs = at;
    const share = isFull ? RELIEF : 1;
    const wasFull = isFull;
    isFull = measure().some(({ used, limit }) => used >= share * limit);
    if (isFull !== wasFull) options.onChange?.(isFull);
    return isFull;
  };
}

function measureProcess(maximumBytes: number): () => readonly MemoryUse[] {
  const heapLimit = SHARE * getHeapStatistics().heap_size_limit;
  return () => [
    { used: process.memoryUsage.rss(), limit: maximumBytes },
    { used: getHeapStatistics().used_heap_size, limit: heapLimit },
  ];
}

function availableBytes(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}
