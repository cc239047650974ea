export {
  type AuthenticationOptions,
  type AuthenticationOutcome,
  type AuthenticationService,
  type CallName,
  type CarriageOutcome,
  createAuthenticationService,
  type DiversionResult,
  type SigningOrder,
} from './authentication-service.ts';
export type { OutOfBand } from './call-deposits.ts';
export { envelopeOf } from './carry.ts';
export { type Cover, type CoverOptions, type CoverOutcome, type CoverParts, createCover } from './cover.ts';
export type {
  AuthenticationParts,
  ChainsAtHand,
  ClearPeer,
  ClearPlacement,
  ClearQuestion,
  ClearRoute,
  DepositAnswer,
  DepositSender,
  KeyFinder,
  Tenant,
  TenantSource,
  TokenPurse,
} from './parts.ts';
