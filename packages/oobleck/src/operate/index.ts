export { ConfigurationError, parseConfiguration, readConfiguration } from './configuration.ts';
export {
  createGroupReadiness,
  createSharedReadiness,
  GROUP_BEAT_MS,
  GROUP_SILENT_MS,
} from './group-readiness.ts';
export { createEventLog, type EventLog, type EventLogOptions, type LogFields, type LogLevel } from './log.ts';
export { createMemoryWatermark, type MemoryUse, type MemoryWatermarkOptions } from './memory-watermark.ts';
export {
  type Count,
  type Counter,
  type CounterOptions,
  type Duration,
  type Meter,
  NO_METER,
  OTHER,
  type SeriesPoint,
} from './meter.ts';
export { createMetricsTogether, type MetricsTogether } from './metrics-together.ts';
export { type ProcessMemory, processMemory } from './process-memory.ts';
export { createPrometheusMeter, type MetricSnapshot, type PrometheusMeter } from './prometheus-meter.ts';
export { createReadiness, type Readiness, type ReadinessState } from './readiness.ts';
export { createShutdown, type Shutdown, type ShutdownOptions } from './shutdown.ts';
export { createWorkerPool, type WorkerPool, type WorkerProcess } from './worker-pool.ts';
