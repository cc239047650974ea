export { isUri, MAXIMUM_URI, normalizeUri } from './canonical-uri.ts';
