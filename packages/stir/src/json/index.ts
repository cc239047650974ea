export { formatCanonicalJson } from './canonical-json.ts';
export { isJsonObject, type Json, type JsonObject, parseJsonObject } from './strict-json.ts';
