// Certificates as they come from a repository, a PASSporT's envelope or the operator's file.

import { StirError } from '@oobleck/stir';
import { decodeUtf8 } from '@oobleck/stir/bytes';
import { type Certificate, parseCertificate, parsePem } from '@oobleck/stir/certificate';

const MAXIMUM_ANCHORS = 1000;
const BLOCK_END = '-----END CERTIFICATE-----';

/** What a repository served, leaf first; `undefined` where it is no chain. */
export function parseServedChain(body: Uint8Array): Certificate[] | undefined {
  return orUndefined(() => parsePem(decodeUtf8(body)).map(parseCertificate));
}

/** DER certificates, leaf first; `undefined` where one is none, or there is none. */
export function parseDerChain(ders: readonly Uint8Array[]): Certificate[] | undefined {
  return ders.length === 0 ? undefined : orUndefined(() => ders.map(parseCertificate));
}

/** The trust anchors in a PEM text, at most 1000. @throws StirError */
export function parseAnchors(text: string): Certificate[] {
  const blocks = text.split(BLOCK_END);
  const rest = blocks.pop()!;
  if (blocks.length === 0 || blocks.length > MAXIMUM_ANCHORS || rest.includes('-----'))
    throw new StirError('ERR_PEM_FORMAT', 'not a PEM list of 1 to 1000 trust anchors');
  return blocks.flatMap((block) => parsePem(`${block}${BLOCK_END}\n`).map(parseCertificate));
}

function orUndefined<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof StirError) return undefined;
    throw error;
  }
}
