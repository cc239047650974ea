// The memory of the process: one watermark that every port asks, told of in the log as it is reached and as there is room
// again, and what the metrics of a process do not say of it by themselves.

import { createMemoryWatermark, type EventLog, type Meter, processMemory } from '../operate/index.ts';
import type { Configuration } from './configuration.ts';
import type { Timers } from './timers.ts';

/** Looked at where nobody asks, too: that there is room again is told without a request. */
const LOOK_MS = 1_000;

/** @returns whether there is no room for more */
export function watchMemory(
  memory: Configuration['memory'],
  { log, timers, meter }: { readonly log: EventLog; readonly timers: Timers; readonly meter: Meter },
): () => boolean {
  const maximumBytes = memory?.maximumBytes;
  const isOverloaded = createMemoryWatermark({
    ...(maximumBytes === undefined ? {} : { maximumBytes }),
    onChange: (isFull) => log.warn(isFull ? 'memory-full' : 'memory-freed', processMemory()),
  });
  const look = (): number => {
    isOverloaded();
    return LOOK_MS;
  };
  timers.repeat(look, LOOK_MS, (error) => log.error('sweep-failed', { role: 'memory', error }));
  meter.gauge(
    { name: 'memory_malloced_bytes', help: 'Bytes that V8 has of malloc for itself' },
    () => processMemory().malloced,
  );
  meter.gauge(
    { name: 'memory_array_buffers_bytes', help: 'Bytes of array buffers, which are external memory' },
    () => processMemory().arrayBuffers,
  );
  return isOverloaded;
}
