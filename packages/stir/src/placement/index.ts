export { type Deposit, type DepositOrder, type DepositParts, sealCover, sealDeposits } from './deposit.ts';
export {
  type DiversionOutcome,
  type DiversionRefusal,
  type DiversionRequest,
  type SignedDiversion,
  signBareDiversion,
  signDiversion,
} from './divert-call.ts';
export {
  type PlacementOutcome,
  type PlacementRefusal,
  type SignedCall,
  type SigningAuthority,
  signCall,
} from './place-call.ts';
export { type InBandOrder, sealInBand } from './seal-in-band.ts';
