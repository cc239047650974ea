export { type GeneratedTokenKey, generateTokenKey } from './generate-token-key.ts';
export { createNodeCrypto } from './node-crypto.ts';
