// Every extension of a certificate as it stands, for those who look at more of it than a path needs: the lint, inspection, and
// extensions whose identifier is a matter of configuration.

import type { Certificate } from './certificate.ts';
import { DerReader, TAG } from './der.ts';

export interface Extension {
  /** Dotted text. */
  readonly oid: string;
  readonly isCritical: boolean;
  /** The DER inside `extnValue`. */
  readonly value: Uint8Array;
}

/** In their order; none where the certificate has none. */
export function listExtensions({ extensionsDer }: Pick<Certificate, 'extensionsDer'>): Extension[] {
  if (extensionsDer === undefined) return [];
  return readExtensionList(DerReader.over(extensionsDer));
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
