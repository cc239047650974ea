// Distinguished names (RFC 5280 Section 4.1.2.4). Paths compare their bytes; people read them as RFC 4514 text, which
// proves nothing and is made only when asked for.
//
//   Name ::= SEQUENCE OF SET SIZE (1..MAX) OF SEQUENCE { type OBJECT IDENTIFIER, value ANY }

import { encodeHex, encodeUtf8 } from '../bytes/index.ts';
import { StirError } from '../stir-error.ts';
import { DerReader } from './der-reader.ts';
import { encodeDer } from './encode-der.ts';
import { encodeDerOid } from './object-identifier.ts';
import { TAG } from './tag.ts';

const SHORT_NAMES: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'STREET',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.97': 'organizationIdentifier',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
};

const MAXIMUM_TEXT = 64;
const OIDS = new Map(Object.entries(SHORT_NAMES).map(([oid, name]) => [name, oid]));
const decoder = new TextDecoder();

export interface NameAttribute {
  /** `CN`, `O` and the like, or dotted text. */
  readonly type: string;
  /** As it stands, unescaped; `undefined` where it is no text. */
  readonly text: string | undefined;
}

export interface Attribute {
  readonly type: string;
  readonly tag: number;
  readonly value: DerReader;
}

/** Walks a whole name, whose content this is. @throws StirError ERR_DER_FORMAT, ERR_CERTIFICATE_FORMAT */
export function checkName(name: DerReader): void {
  while (!name.isDone) {
    const parts = name.enter(TAG.set);
    if (parts.isDone) throw emptyName();
    while (!parts.isDone) {
      const attribute = parts.enter(TAG.sequence);
      attribute.skipOid();
      attribute.skip(attribute.tag());
      attribute.end();
    }
  }
}

/** RFC 4514 text: last name first, control characters escaped, unusual values as `#` and hexadecimal. */
export function formatName(der: Uint8Array): string {
  const names: string[][] = [];
  forEachAttribute(der, (attribute, index) => {
    names[index] ??= [];
    names[index].push(`${SHORT_NAMES[attribute.type] ?? attribute.type}=${formatValue(attribute)}`);
  });
  return names
    .reverse()
    .map((parts) => parts.join('+'))
    .join(',');
}

/** The attributes in the order of the DER. @throws StirError ERR_DER_FORMAT, ERR_CERTIFICATE_FORMAT */
export function listAttributes(der: Uint8Array): NameAttribute[] {
  const attributes: NameAttribute[] = [];
  forEachAttribute(der, ({ type, tag, value }) => {
    const content = value.content(tag);
    attributes.push({
      type: SHORT_NAMES[type] ?? type,
      text: isText(tag) ? decoder.decode(content) : undefined,
    });
  });
  return attributes;
}

/**
 * A name of one attribute in each relative name: C as PrintableString, everything else as UTF8String (RFC 5280 Section 4.1.2.4).
 * @throws StirError ERR_CERTIFICATE_FORMAT for a type without a short name, or a text not of 1 to 64 characters
 */
export function encodeName(
  attributes: readonly { readonly type: string; readonly text: string }[],
): Uint8Array {
  const parts = attributes.map(({ type, text }) => {
    const oid = OIDS.get(type);
    if (oid === undefined || text === '' || text.length > MAXIMUM_TEXT)
      throw new StirError('ERR_CERTIFICATE_FORMAT', 'not an attribute of a name');
    const tag = type === 'C' ? TAG.printableString : TAG.utf8String;
    return encodeDer(TAG.set, encodeDer(TAG.sequence, encodeDerOid(oid), encodeDer(tag, encodeUtf8(text))));
  });
  return encodeDer(TAG.sequence, ...parts);
}

/** Every attribute with the place of its relative name. @throws StirError ERR_DER_FORMAT, ERR_CERTIFICATE_FORMAT */
export function forEachAttribute(
  der: Uint8Array,
  visit: (attribute: Attribute, index: number) => void,
): void {
  const name = DerReader.only(der, TAG.sequence);
  for (let index = 0; !name.isDone; index++) {
    const parts = name.enter(TAG.set);
    if (parts.isDone) throw emptyName();
    while (!parts.isDone) {
      const value = parts.enter(TAG.sequence);
      const type = value.oid();
      visit({ type, tag: value.tag(), value }, index);
      value.end();
    }
  }
}

function emptyName(): StirError {
  return new StirError('ERR_CERTIFICATE_FORMAT', 'empty relative name');
}

function formatValue({ tag, value }: Attribute): string {
  if (!isText(tag)) return `#${encodeHex(value.element(tag))}`;
  return escapeValue(decoder.decode(value.content(tag)));
}

function isText(tag: number): boolean {
  return tag === TAG.utf8String || tag === TAG.printableString || tag === TAG.ia5String;
}

/** RFC 4514 Section 2.4. Everything invisible is escaped too, since the text ends up in logs and on screens. */
function escapeValue(text: string): string {
  return text
    .replace(/[\\",+;<>=]/g, '\\$&')
    .replace(/^[ #]| $/g, '\\$&')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => escapeBytes(character));
}

function escapeBytes(character: string): string {
  return encodeHex(new TextEncoder().encode(character)).replace(/../g, '\\$&');
}
