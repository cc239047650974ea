export {
  type CallPlacementParts,
  type CallPlacementService,
  createCallPlacementService,
  type DepositOutcome,
  type DepositRequest,
  type JudgedDeposit,
  type RetrieveRequest,
} from './call-placement-service.ts';
export {
  type BlobHead,
  type BlobReceiver,
  type ChooseBlobs,
  chooseDropped,
  type MailboxStore,
  type ShardContents,
  type StoredBlob,
} from './mailbox-store.ts';
export {
  createMailboxStreams,
  type MailboxStream,
  type MailboxStreams,
  type MailboxStreamsOptions,
  type MailboxStreamsParts,
  type StreamOrder,
  type StreamOutcome,
} from './mailbox-streams.ts';
export { createMailboxWatchers, type MailboxWatchers } from './mailbox-watchers.ts';
export type { MailboxHolder, MailboxHolders, MailboxRegistry } from './parts.ts';
export {
  createStreamDoor,
  type Owner,
  type StreamAdmission,
  type StreamAdmissionParts,
  type StreamDoor,
  type StreamRefusal,
} from './stream-admission.ts';
