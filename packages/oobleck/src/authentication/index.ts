export {
  type AuthenticationOptions,
  type AuthenticationOutcome,
  type AuthenticationService,
  createAuthenticationService,
  type OutOfBand,
} from './authentication-service.ts';
export type {
  AuthenticationParts,
  DepositAnswer,
  DepositSender,
  KeyFinder,
  Tenant,
  TenantSource,
  TokenPurse,
} from './parts.ts';
