export { type ArrivedCall, callKey, type PlacedCall, parseCallId, requireNumbers } from './call-reference.ts';
