export {
  createKeyHolder,
  type KeyHolder,
  type KeyHolderOptions,
  type KeyHolderParts,
  type KeyStore,
  type OwnKey,
  type StoredKey,
} from './key-holder.ts';
export type {
  ChainSource,
  ClearRetrieval,
  ClearSource,
  OwnAddress,
  OwnKeys,
  ReplyQuery,
  ReplySource,
  UsedPassports,
  VerificationEvent,
  VerificationParts,
} from './parts.ts';
export type { SealedIdentities } from './sealed-chain.ts';
export {
  createStreamKeeper,
  type StreamKeeper,
  type StreamKeeperOptions,
  type StreamKeeperParts,
} from './stream-keeper.ts';
export type {
  EnvelopeReceiver,
  StreamedMailboxes,
  StreamListener,
  StreamQuery,
  StreamSource,
  Wanted,
} from './streamed-mailboxes.ts';
export {
  createVerificationService,
  type HowToAsk,
  type VerificationOptions,
  type VerificationService,
} from './verification-service.ts';
