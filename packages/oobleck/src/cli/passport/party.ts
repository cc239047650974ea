// Parties as a person types them: a telephone number with or without separators, a `tel:` URI, or another URI.

import { parseTelephoneNumber } from '@oobleck/stir/number';
import type { Destinations, Party } from '@oobleck/stir/passport';
import { normalizeUri } from '@oobleck/stir/uri';
import { reading } from '../command/command-fault.ts';

/** @param option named where it is none of these */
export function parseParty(text: string, option: string): Party {
  const isOtherUri = /^[a-z][a-z0-9+.-]*:/i.test(text) && !/^tel:/i.test(text);
  return reading(option, () =>
    isOtherUri
      ? { kind: 'uri', uri: normalizeUri(text) }
      : { kind: 'tn', number: parseTelephoneNumber(text) },
  );
}

export function parseDestinations(texts: readonly string[], option: string): Destinations {
  const parties = texts.map((text) => parseParty(text, option));
  return {
    numbers: parties.flatMap((party) => (party.kind === 'tn' ? [party.number] : [])),
    uris: parties.flatMap((party) => (party.kind === 'uri' ? [party.uri] : [])),
  };
}

export function formatParty(party: Party): string {
  return party.kind === 'tn' ? party.number : party.uri;
}

export function formatDestinations({ numbers, uris }: Destinations): string {
  return [...numbers, ...uris].join(', ');
}
