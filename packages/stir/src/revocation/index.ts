export { type Crl, parseCrl } from './crl.ts';
export { type CrlFault, type CrlQuestion, judgeCrl } from './judge-crl.ts';
