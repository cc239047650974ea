// Whether rich call data is what was signed (RFC 9795 Section 6): each digest against the claim itself, in canonical
// form, or against what was fetched from the URL it stands for. Nothing is fetched here, and nothing need be fetched
// only to be checked: what is missing is unavailable, and the verdict on the call does not depend on it.

import { concatBytes, encodeUtf8 } from '../bytes/index.ts';
import type { Crypto } from '../crypto/crypto.ts';
import { formatCanonicalJson, isJsonObject, type Json, parseJsonObject } from '../json/index.ts';
import { StirError } from '../stir-error.ts';
import { isIntact } from './integrity-digest.ts';
import { formatRcd, isCard, type RichCallData } from './rcd.ts';
import { urlPointers } from './rcdi.ts';

/** `altered` and `unavailable` content must not be shown as if it were verified. */
export type Integrity = 'intact' | 'altered' | 'unavailable';

/** By JSON pointer of `rcdi`; and `/jcl/...` for each URL in a fetched card that no digest protects. */
export type RcdFindings = ReadonlyMap<string, Integrity>;

/** @param contents what was fetched, by URL: bodies as they came */
export function checkRcd(
  crypto: Crypto,
  data: RichCallData,
  contents: ReadonlyMap<string, Uint8Array>,
): RcdFindings {
  const findings = new Map<string, Integrity>();
  const root = cardRoot(data, contents);
  for (const [pointer, digest] of data.integrity ?? []) {
    const content = contentOf(pointer, data, root, contents);
    findings.set(
      pointer,
      content === undefined ? 'unavailable' : isIntact(crypto, digest, content) ? 'intact' : 'altered',
    );
  }
  // RFC 9795 Section 6: a card that lies elsewhere has digests for its URLs too.
  const fetched = data.integrity === undefined ? undefined : root.jcl;
  if (isCard(fetched))
    for (const pointer of urlPointers(fetched))
      if (!findings.has(`/jcl${pointer}`)) findings.set(`/jcl${pointer}`, 'altered');
  return findings;
}

/** Whether the name is the one that signaling shows (RFC 9795 Section 9). */
export function isSameName({ name }: RichCallData, displayName: string): boolean {
  return name.normalize('NFC') === displayName.normalize('NFC');
}

type Root = { readonly [name: string]: Json };

/** `rcd` as it was signed, with the fetched card in the place of its URL. */
function cardRoot(data: RichCallData, contents: ReadonlyMap<string, Uint8Array>): Root {
  const { rcd } = formatRcd(data) as { rcd: Root };
  const body = data.cardUrl === undefined ? undefined : contents.get(data.cardUrl);
  const card = body === undefined ? undefined : parseCard(body);
  return card === undefined ? rcd : { ...rcd, jcl: card };
}

function contentOf(
  pointer: string,
  { iconUrl, cardUrl }: RichCallData,
  root: Root,
  contents: ReadonlyMap<string, Uint8Array>,
): Uint8Array | undefined {
  if (pointer === '/jcl') return cardUrl === undefined ? undefined : contents.get(cardUrl);
  if (pointer === '/icn' && iconUrl?.startsWith('https:')) return contents.get(iconUrl);
  const value = resolve(root, pointer);
  if (value === undefined) return undefined;
  if (isUrlAt(root, pointer)) return contents.get(value as string);
  return encodeUtf8(formatCanonicalJson(value));
}

function isUrlAt(root: Root, pointer: string): boolean {
  const name = pointer.slice(1, 4);
  const card = root[name];
  return isCard(card) && urlPointers(card).some((path) => pointer === `/${name}${path}`);
}

function resolve(root: Root, pointer: string): Json | undefined {
  return pointer
    .slice(1)
    .split('/')
    .reduce<Json | undefined>((value, step) => {
      if (Array.isArray(value)) return value[Number(step)];
      return isJsonObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
    }, root);
}

/** The strict reader takes objects; a card is an array, so it is read as the one member of one. */
function parseCard(body: Uint8Array): readonly Json[] | undefined {
  try {
    const { card } = parseJsonObject(concatBytes(encodeUtf8('{"card":'), body, encodeUtf8('}')));
    return isCard(card) ? card : undefined;
  } catch (error) {
    if (error instanceof StirError) return undefined;
    throw error;
  }
}
