export {
  type CallPlacementParts,
  type CallPlacementService,
  createCallPlacementService,
  type DepositOutcome,
  type DepositRequest,
  type RetrieveRequest,
} from './call-placement-service.ts';
export {
  type BlobReceiver,
  chooseDropped,
  type MailboxStore,
  type ShardContents,
  type StoredBlob,
} from './mailbox-store.ts';
export { createMailboxWatchers, type MailboxWatchers } from './mailbox-watchers.ts';
export type { MailboxRegistry } from './parts.ts';
