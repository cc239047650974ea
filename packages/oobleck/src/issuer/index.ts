export type { AttestationReason, AttestationVerdict } from './attestation-check.ts';
export {
  createIssuer,
  type IssueRefusal,
  type IssueRequest,
  type IssueResult,
  type Issuer,
  type IssuerOptions,
  type PublishedKey,
} from './issuer.ts';
export {
  type IssuerKeyStore,
  type IssuerParts,
  type IssuerQuota,
  isOneLate,
  type Spend,
  type SpendableToken,
  type SpentTokens,
} from './ports.ts';
export {
  type AcceptedIssuer,
  type AcceptedToken,
  createTokenVerifier,
  type TokenVerifier,
  type TokenVerifierParts,
} from './token-verifier.ts';
export { GRACE_SECONDS } from './utc-day.ts';
export { createWallet, type Wallet, type WalletOptions } from './wallet.ts';
export type {
  Filling,
  FillingOutcome,
  MirroredIssuer,
  TokenAnswer,
  TokenTransport,
  WalletCredential,
  WalletParts,
} from './wallet-ports.ts';
