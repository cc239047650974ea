export type { CalledSide } from './called-side.ts';
export type { CallingSide } from './calling-side.ts';
export { checkConfiguration } from './check-configuration.ts';
export { CONFIGURATION, type Configuration } from './configuration.ts';
export { requireConsistency } from './consistency.ts';
export type { EnvironmentOverrides } from './environment.ts';
export { type RunningNode, startNode } from './node.ts';
