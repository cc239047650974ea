export {
  type CredentialIndex,
  type CredentialIndexOptions,
  createCredentialIndex,
  slotOf,
  type Upsert,
  type UpsertOutcome,
} from './credential-index.ts';
export {
  createDirectoryMirror,
  type DirectoryMirror,
  type DirectoryMirrorOptions,
  type DirectoryMirrorParts,
  type RefreshResult,
} from './directory-mirror.ts';
export type { MirroredIssuer } from './issuer-opinions.ts';
export {
  type CredentialStore,
  createKeyDirectory,
  type IssuerAdvertisement,
  type KeyDirectory,
  type KeyDirectoryOptions,
  type KeyDirectoryParts,
  type MirrorLine,
  type RegisterOutcome,
  type RegisterRefusal,
} from './key-directory.ts';
export { createPace, type Pace } from './pace.ts';
