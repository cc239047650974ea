export { decodeBase64url, encodeBase64url } from './base64url.ts';
export { decodeBase64urlText, encodeBase64urlText } from './base64url-text.ts';
export { type ByteReader, createByteReader } from './byte-reader.ts';
export {
  compareBytes,
  concatBytes,
  decodeAscii,
  decodeHex,
  decodeUtf8,
  encodeHex,
  encodeUtf8,
  equalBytes,
  isAllZero,
  writeUtf8,
} from './byte-string.ts';
export { type ByteWriter, createByteWriter } from './byte-writer.ts';
