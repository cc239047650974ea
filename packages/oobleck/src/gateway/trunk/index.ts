export { arrivedCall } from './call-facts.ts';
export {
  type CallPath,
  type CallPathEvent,
  type CallPathParts,
  createCallPath,
} from './call-path.ts';
export type { Trace, TraceStep } from './call-trace.ts';
export { isExemptCall } from './exempt-call.ts';
export { EMERGENCY_NUMBERS, isEmergencyService } from './exemptions.ts';
export type { IdentityCipher, OpenedIdentities } from './identity-cipher.ts';
export type { OfferedCall } from './offered-call.ts';
export { PLACED_REASONS, type PlacedAnswer, type PlacedReason } from './placed-answer.ts';
export { createRandomIds } from './random-id.ts';
export type { ReceivedAnswer, ReceivedFacts } from './received-answer.ts';
export { createSealedIdentity, type SealedIdentityParts } from './sealed-identity.ts';
export { SKIPPED, type Skipped } from './skipped.ts';
export { createTrunk, type Trunk, type TrunkOptions } from './trunk.ts';
export { createTrunkTable, type ReplaceableTrunkTable, type TrunkTable } from './trunk-table.ts';
