export { formatIdentity, type Identity, parseIdentity } from './identity.ts';
