export {
  type CredentialIndex,
  createCredentialIndex,
  slotOf,
  type UpsertOutcome,
} from './credential-index.ts';
export {
  createDirectoryMirror,
  type DirectoryMirror,
  type DirectoryMirrorOptions,
  type DirectoryMirrorParts,
  type MirroredIssuer,
  type RefreshResult,
} from './directory-mirror.ts';
export {
  type CredentialStore,
  createKeyDirectory,
  type IssuerAdvertisement,
  type KeyDirectory,
  type KeyDirectoryOptions,
  type KeyDirectoryParts,
  type MirrorLine,
  type RegisterOutcome,
} from './key-directory.ts';
