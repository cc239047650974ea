// Extensions as certificates, CRLs and certificate requests have them (RFC 5280 Section 4.1), without knowing any.
//
//   Extension ::= SEQUENCE { extnID OBJECT IDENTIFIER, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING }

import type { DerReader } from './der-reader.ts';
import { encodeDer } from './encode-der.ts';
import { encodeDerOid } from './object-identifier.ts';
import { TAG } from './tag.ts';

export interface Extension {
  /** Dotted text. */
  readonly oid: string;
  readonly isCritical: boolean;
  /** The DER inside `extnValue`. */
  readonly value: Uint8Array;
}

/** From the content of `SEQUENCE OF Extension`. @throws StirError ERR_DER_FORMAT */
export function readExtensionList(list: DerReader): Extension[] {
  const extensions: Extension[] = [];
  while (!list.isDone) {
    const extension = list.enter(TAG.sequence);
    const oid = extension.oid();
    const isCritical = extension.has(TAG.boolean) && extension.boolean();
    const value = extension.content(TAG.octetString);
    extension.end();
    extensions.push({ oid, isCritical, value });
  }
  return extensions;
}

/** One element of such a list. */
export function encodeExtension({ oid, isCritical, value }: Extension): Uint8Array<ArrayBuffer> {
  const critical = isCritical ? [encodeDer(TAG.boolean, Uint8Array.of(0xff))] : [];
  return encodeDer(TAG.sequence, encodeDerOid(oid), ...critical, encodeDer(TAG.octetString, value));
}
