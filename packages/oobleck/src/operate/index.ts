export { ConfigurationError, parseConfiguration, readConfiguration } from './configuration.ts';
export { createEventLog, type EventLog, type EventLogOptions, type LogFields, type LogLevel } from './log.ts';
export { createReadiness, type Readiness, type ReadinessState } from './readiness.ts';
export { createShutdown, type Shutdown, type ShutdownOptions } from './shutdown.ts';
