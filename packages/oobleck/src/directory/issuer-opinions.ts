// Which token keys a client believes an issuer has. An issuer that shows different clients different keys can tell them
// apart by their tokens (RFC 9576 Section 6.2), so what the directories say is held together. One of them that is gone,
// behind or hostile must not take the tokens of a CPS away: a majority decides, and where the two sides are equal, the
// directory at the CPS's own origin. What is in dispute is told.

import { StirError } from '@oobleck/stir';
import { decodeBase64url } from '@oobleck/stir/bytes';
import type { IssuerAdvertisement } from './key-directory.ts';

export interface MirroredIssuer {
  readonly name: string;
  /** DER SubjectPublicKeyInfo of the token keys. */
  readonly keys: readonly Uint8Array[];
}

/** What the directories come to about one CPS. */
export interface IssuerAgreement {
  readonly issuers: readonly MirroredIssuer[];
  /** Whether some directory with an opinion lacks a key that another one names. */
  readonly isDisputed: boolean;
}

export interface IssuerOpinions {
  /** All that a directory said, by origin of the CPS, in place of what it said before. */
  replace(directory: string, lines: ReadonlyMap<string, IssuerAdvertisement>, at: number): void;
  /** Forgets every other CPS. */
  keep(cps: ReadonlySet<string>): void;
  of(cps: string, at: number): IssuerAgreement;
}

interface Opinion {
  readonly lines: Map<string, IssuerAdvertisement>;
  readonly saidAt: number;
}

/** A directory not reached for longer has no opinion. */
const OPINION_SECONDS = 6 * 3_600;

export function createIssuerOpinions(): IssuerOpinions {
  const opinions = new Map<string, Opinion>();
  return {
    replace: (directory, lines, saidAt) => void opinions.set(directory, { lines: new Map(lines), saidAt }),
    keep(known) {
      for (const { lines } of opinions.values())
        for (const cps of lines.keys()) if (!known.has(cps)) lines.delete(cps);
    },
    of(cps, at) {
      const votes = new Map<string, readonly IssuerAdvertisement['issuers'][number][]>();
      for (const [directory, { lines, saidAt }] of opinions) {
        const named = (lines.get(cps)?.issuers ?? []).filter(({ keys }) => keys.length > 0);
        if (named.length > 0 && at - saidAt <= OPINION_SECONDS) votes.set(directory, named);
      }
      return decide(votes, cps);
    },
  };
}

/** @param votes by directory */
function decide(
  votes: ReadonlyMap<string, readonly IssuerAdvertisement['issuers'][number][]>,
  own: string,
): IssuerAgreement {
  const names = new Set([...votes.values()].flatMap((named) => named.map(({ name }) => name)));
  let isDisputed = false;
  const issuers = [...names].flatMap((name) => {
    const voters = votersOf(votes, name);
    const agreed = [...voters].filter(([, by]) => isDecided(by, votes.size, own)).map(([key]) => key);
    isDisputed ||= [...voters.values()].some((by) => by.size < votes.size);
    const keys = agreed.flatMap(decodeKey);
    return keys.length === 0 ? [] : [{ name, keys }];
  });
  return { issuers, isDisputed };
}

/** By key of that issuer, the directories that name it. */
function votersOf(
  votes: ReadonlyMap<string, readonly IssuerAdvertisement['issuers'][number][]>,
  name: string,
): ReadonlyMap<string, ReadonlySet<string>> {
  const voters = new Map<string, Set<string>>();
  for (const [directory, named] of votes)
    for (const key of named.filter((one) => one.name === name).flatMap(({ keys }) => keys))
      voters.set(key, (voters.get(key) ?? new Set()).add(directory));
  return voters;
}

function isDecided(voters: ReadonlySet<string>, all: number, own: string): boolean {
  return 2 * voters.size > all || (2 * voters.size === all && voters.has(own));
}

/** A directory that writes nonsense names no key. */
function decodeKey(text: string): readonly Uint8Array[] {
  try {
    return [decodeBase64url(text)];
  } catch (error) {
    if (error instanceof StirError) return [];
    throw error;
  }
}
