// What was wrong with each PASSporT that came with a call (RFC 9410 Section 4: one error each, by its own name). Several
// chains may go through one PASSporT: in one that holds it is no error, and else what got furthest is told.

import type { Passport } from '@oobleck/stir/passport';
import {
  type Fault,
  furthest,
  type LinkFaults,
  linksOf,
  type Outcome,
  type PassportChain,
  type Rejection,
} from '@oobleck/stir/verdict';

export interface Rejections {
  /** Values of header fields, in order, and what was read in them. */
  read(values: readonly string[], reads: readonly Outcome<Passport>[]): void;
  /** A chain was found; what is diverted by another is judged there, and not for itself. */
  found(chains: readonly PassportChain[]): void;
  fell(chain: PassportChain, faults: LinkFaults): void;
  held(chain: PassportChain): void;
  /** As far as is known, in the order of the header fields. */
  list(): readonly Rejection[];
}

export function createRejections(): Rejections {
  /** What was read, until something about it has to be noted: of most calls there is nothing. */
  let unnoted:
    | { readonly values: readonly string[]; readonly reads: readonly Outcome<Passport>[] }
    | undefined;
  /** By full form, or by the text of what could not be read. */
  const faults = new Map<string, Fault | undefined>();
  const diverted: string[] = [];
  const standing: string[] = [];
  const noted = (): Map<string, Fault | undefined> => {
    if (unnoted === undefined) return faults;
    const { values, reads } = unnoted;
    unnoted = undefined;
    for (const [at, read] of reads.entries()) {
      if ('fault' in read) faults.set(values[at]!.split(';', 1)[0]!.trim(), read.fault);
      else if (!faults.has(read.value.token))
        faults.set(read.value.token, read.value.diversion === undefined ? undefined : 'broken-diversion');
    }
    return faults;
  };
  const note = (token: string, fault: Fault): void => {
    const before = faults.get(token);
    faults.set(token, before === undefined ? fault : (furthest([before, fault], before) as Fault));
  };
  return {
    read(values, reads) {
      unnoted = { values, reads };
      if (reads.some((read) => 'fault' in read || read.value.diversion !== undefined)) noted();
    },
    found(chains) {
      for (const { diversions, base } of chains) {
        if (diversions.length === 0) continue;
        diverted.push(...diversions.slice(1).map(({ token }) => token), base.token);
        for (const { token } of diversions)
          if (noted().get(token) === 'broken-diversion') faults.set(token, undefined);
      }
    },
    fell(chain, ofLinks) {
      const links = linksOf(chain);
      if (links.length === 1 && diverted.includes(links[0]!.token)) return;
      for (const [at, fault] of ofLinks.entries()) {
        // One that lies inside a `div-o` has no header field: the one around it is at fault.
        const named = links.slice(0, at + 1).findLast(({ token }) => noted().has(token));
        if (fault !== undefined && named !== undefined) note(named.token, fault);
      }
    },
    held(chain) {
      standing.push(...linksOf(chain).map(({ token }) => token));
    },
    list() {
      if (faults.size === 0) return [];
      return [...faults].flatMap(([token, reason]) => {
        // RFC 8224 Section 6.2, step 1: ignored; an error only where nothing else was there.
        const isIgnored = standing.length > 0 && reason === 'unsupported-ppt';
        return reason === undefined || isIgnored || standing.includes(token) ? [] : [{ reason, token }];
      });
    },
  };
}
