// Who may read what lies at a place. ATIS-1000096 lets every certificate holder read every pair that it knows; RFC 9888
// Section 10 calls it necessary that providers read their own numbers only, which takes a number map. In ATIS-1000105 the
// reader names its neighbour, and a table may say who has whom for a neighbour.

import type { NumberMap } from '@oobleck/stir/certificate';
import type { Spc } from '@oobleck/stir/number';
import type { Place } from './place.ts';

export interface RetrievalPolicy {
  /** Of ATIS-1000096: any certificate holder (the default), or the provider that owns DEST. */
  readonly multiple?: 'any' | 'owner';
  /** Of ATIS-1000105: by publisher, who may read; left out, whoever names the publisher. */
  readonly neighbours?: ReadonlyMap<Spc, ReadonlySet<Spc>>;
  /** Needed for `owner`: without it nobody owns a number. */
  readonly numberMap?: Pick<NumberMap, 'spcOf'> | undefined;
}

/** @param reader the SPC that the certificate proves */
export function mayRetrieve(policy: RetrievalPolicy, reader: Spc, { spc, called }: Place): boolean {
  if (spc !== undefined) {
    const { neighbours } = policy;
    return neighbours === undefined || spc === reader || neighbours.get(spc)?.has(reader) === true;
  }
  if (policy.multiple !== 'owner') return true;
  return called.kind === 'tn' && policy.numberMap?.spcOf(called.number) === reader;
}
