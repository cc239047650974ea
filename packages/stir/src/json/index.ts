export { formatCanonicalJson } from './canonical-json.ts';
export { isJsonObject, type Json, type JsonObject, parseJsonObject, parseJsonText } from './strict-json.ts';
