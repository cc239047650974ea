export { createLabAuthority, type LabAuthority, type LabLeaf, type LeafRequest } from './sti-authority.ts';
export { createTlsAuthority, type TlsAuthority, type TlsIdentity } from './tls-authority.ts';
