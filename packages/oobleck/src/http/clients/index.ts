export { type AtisClient, type AtisPeer, createAtisClient } from './atis-client.ts';
export { createDepositSender, createReplySource } from './cps-client.ts';
export { createDirectoryClient, type DirectoryClient } from './directory-client.ts';
export { createStreamSource } from './stream-client.ts';
export { createTokenTransport } from './token-transport.ts';
