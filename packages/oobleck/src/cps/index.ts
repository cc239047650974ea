export {
  type CallPlacementParts,
  type CallPlacementService,
  createCallPlacementService,
  type DepositOutcome,
  type DepositRequest,
  type RetrieveRequest,
} from './call-placement-service.ts';
export { chooseDropped, type MailboxStore, type ShardContents, type StoredBlob } from './mailbox-store.ts';
export type { MailboxRegistry } from './parts.ts';
