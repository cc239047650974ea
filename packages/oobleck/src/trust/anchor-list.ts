// The list of trusted authorities that STI-PA signs (ATIS-1000084) as a source of anchors. The last list that counted is
// kept, so that a restart without network has anchors, and so that no older list is ever taken again, by this process or
// by whoever else keeps lists in the same place.

import { StirError } from '@oobleck/stir';
import { type CaList, type CaListFault, judgeCaList, parseCaList } from '@oobleck/stir/anchor';
import type { Certificate } from '@oobleck/stir/certificate';
import type { Crypto } from '@oobleck/stir/crypto';

/** The lists that counted, whoever took them: this process, another beside it, or a person. */
export interface KeptLists {
  /** The highest sequence number ever kept, 0 before the first. Never goes back. */
  highestSequence(): number;
  /** The list of that number; `undefined` where none was kept yet. */
  newest(): string | undefined;
  /**
   * Durable once it returns, and whole: a crash leaves the list or nothing of it. One with a lower number than another
   * that is kept changes nothing. Repeating it is harmless.
   */
  keep(list: CaList, text: string): void;
}

export interface AnchorListParts {
  readonly crypto: Crypto;
  /** STI-PA's certificates of the moment. */
  readonly signers: () => readonly Certificate[];
  readonly kept: KeptLists;
  /** Unix seconds. */
  readonly now: () => number;
}

export interface AnchorList {
  /** Of the last list that counted; the same array until another one does. */
  anchors(): readonly Certificate[];
  /** Takes a list, or says why not. An entry of an answer of STI-PA's interface, `caList`, will do. */
  offer(text: string): CaListFault | 'malformed' | undefined;
  /** Takes what somebody else has kept since. */
  reload(): void;
}

/** Starts from what was kept: it must still be signed by STI-PA, but may have expired. */
export function createAnchorList(parts: AnchorListParts): AnchorList {
  const { kept } = parts;
  let current: CaList | undefined;
  const judge = (list: CaList) =>
    judgeCaList({
      list,
      signers: parts.signers(),
      highestSequence: Math.max(kept.highestSequence(), current?.sequence ?? 0),
      at: parts.now(),
      crypto: parts.crypto,
    });
  const reload = (): void => {
    if (current !== undefined && current.sequence === kept.highestSequence()) return;
    const list = tryParse(kept.newest());
    if (list === undefined) return;
    const fault = judge(list);
    if (fault === undefined || fault === 'expired') current = list;
  };
  reload();
  return {
    anchors: () => current?.anchors ?? NO_ANCHORS,
    reload,
    offer(text) {
      const list = tryParse(text);
      if (list === undefined) return 'malformed';
      const fault = judge(list);
      if (fault !== undefined) return fault;
      if (list.sequence === current?.sequence) return undefined;
      kept.keep(list, bareList(text));
      current = list;
      reload(); // where a newer one was kept meanwhile
      return undefined;
    },
  };
}

const NO_ANCHORS: readonly Certificate[] = [];

function tryParse(text: string | undefined): CaList | undefined {
  if (text === undefined) return undefined;
  try {
    return parseCaList(bareList(text));
  } catch (error) {
    if (error instanceof StirError) return undefined;
    throw error;
  }
}

/** The list itself: STI-PA's interface answers `{"status":"success","caList":"eyJ..."}`. */
export function bareList(text: string): string {
  if (!text.trimStart().startsWith('{')) return text.trim();
  return /"caList"\s*:\s*"([A-Za-z0-9_.-]*)"/.exec(text)?.[1] ?? text;
}
