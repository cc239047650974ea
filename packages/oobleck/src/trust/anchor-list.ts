// The list of trusted authorities that STI-PA signs (ATIS-1000084) as a source of anchors. The last list that counted is kept, so that
// a restart without network has anchors, and so that no older list is ever taken again.

import { StirError } from '@oobleck/stir';
import { type CaList, type CaListFault, judgeCaList, parseCaList } from '@oobleck/stir/anchor';
import type { Certificate } from '@oobleck/stir/certificate';
import type { Crypto } from '@oobleck/stir/crypto';

/** Keeps one text. */
export interface KeptText {
  /** `undefined` where none was kept yet. */
  read(): string | undefined;
  /** Durable once it returns, and whole: a crash leaves the old text or the new one. */
  write(text: string): void;
}

export interface AnchorListParts {
  readonly crypto: Crypto;
  /** STI-PA's certificates of the moment. */
  readonly signers: () => readonly Certificate[];
  readonly kept: KeptText;
  /** Unix seconds. */
  readonly now: () => number;
}

export interface AnchorList {
  /** Of the last list that counted; the same array until another one does. */
  anchors(): readonly Certificate[];
  /** Takes a list, or says why not. An entry of an answer of STI-PA's interface, `caList`, will do. */
  offer(text: string): CaListFault | 'malformed' | undefined;
}

/** Starts from what was kept: it must still be signed by STI-PA, but may have expired. */
export function createAnchorList(parts: AnchorListParts): AnchorList {
  let highestSequence = 0;
  let anchors: readonly Certificate[] = [];
  const take = (list: CaList): void => {
    highestSequence = list.sequence;
    anchors = list.anchors;
  };
  const judge = (list: CaList) =>
    judgeCaList({ list, signers: parts.signers(), highestSequence, at: parts.now(), crypto: parts.crypto });
  const kept = tryParse(parts.kept.read());
  if (kept !== undefined) {
    const fault = judge(kept);
    if (fault === undefined || fault === 'expired') take(kept);
    else highestSequence = kept.sequence;
  }
  return {
    anchors: () => anchors,
    offer(text) {
      const list = tryParse(text);
      if (list === undefined) return 'malformed';
      const fault = judge(list);
      if (fault !== undefined) return fault;
      const isKnown = list.sequence === highestSequence && anchors.length > 0;
      if (isKnown) return undefined;
      parts.kept.write(bareList(text));
      take(list);
      return undefined;
    },
  };
}

function tryParse(text: string | undefined): CaList | undefined {
  if (text === undefined) return undefined;
  try {
    return parseCaList(bareList(text));
  } catch (error) {
    if (error instanceof StirError) return undefined;
    throw error;
  }
}

/** STI-PA's interface answers `{"status":"success","caList":"eyJ..."}`. */
function bareList(text: string): string {
  if (!text.trimStart().startsWith('{')) return text;
  return /"caList"\s*:\s*"([A-Za-z0-9_.-]*)"/.exec(text)?.[1] ?? text;
}
