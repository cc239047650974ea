export { type Envelope, encodeEnvelope, envelopeBytes, parseEnvelope } from './envelope.ts';
export { openBase, prepareInfo, type SealInfo, SUITE_X25519, sealBase } from './hpke.ts';
export {
  createOpeningContext,
  createSealingContext,
  type OpeningContext,
  type SealingContext,
} from './hpke-context.ts';
export { createInBandSealer, type InBandLock, openInBand } from './in-band.ts';
export {
  BLOB_BYTES,
  createPassportSealer,
  fittingEnvelope,
  isBlobLength,
  isSealable,
  type PassportSealer,
} from './sealed-passport.ts';
export {
  createReplySealer,
  encodeReply,
  NONCE_BYTES,
  parseReply,
  type Reply,
  type ReplyItem,
  type ReplyQuestion,
  type ReplySealer,
  replyItemBytes,
  replyPlaintextBytes,
  replyRoom,
} from './sealed-reply.ts';
export {
  createStreamSealer,
  type SealedStream,
  type StreamReader,
  type StreamSealer,
  streamRoom,
} from './sealed-stream.ts';
