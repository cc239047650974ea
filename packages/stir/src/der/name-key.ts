// Names as keys for looking up (RFC 5280 Section 7.1): two spellings of one name, in letters of another case, another string type
// or other white space, give one key. CRLs are matched by it, since who revokes may write the name of an issuer anew. Paths
// compare bytes.

import { encodeHex } from '../bytes/index.ts';
import { forEachAttribute } from './name.ts';
import { TAG } from './tag.ts';

const TELETEX_STRING = 0x14;
const BMP_STRING = 0x1e;
const utf8 = new TextDecoder();

/** @throws StirError ERR_DER_FORMAT, ERR_CERTIFICATE_FORMAT */
export function nameKey(der: Uint8Array): string {
  const names: string[][] = [];
  forEachAttribute(der, ({ type, tag, value }, index) => {
    names[index] ??= [];
    names[index].push(`${type}=${textKey(tag, value.content(tag))}`);
  });
  return JSON.stringify(names.map((parts) => parts.sort()));
}

function textKey(tag: number, content: Uint8Array): string {
  const text = decode(tag, content);
  return text === undefined
    ? `#${encodeHex(content)}`
    : text.normalize('NFKC').toLowerCase().trim().replace(/\s+/g, ' ');
}

function decode(tag: number, content: Uint8Array): string | undefined {
  if (tag === TAG.utf8String || tag === TAG.printableString || tag === TAG.ia5String)
    return utf8.decode(content);
  if (tag === TELETEX_STRING) return Array.from(content, (byte) => String.fromCharCode(byte)).join('');
  return tag === BMP_STRING && content.length % 2 === 0 ? decodeUtf16(content) : undefined;
}

function decodeUtf16(content: Uint8Array): string {
  let text = '';
  for (let i = 0; i < content.length; i += 2)
    text += String.fromCharCode((content[i]! << 8) | content[i + 1]!);
  return text;
}
