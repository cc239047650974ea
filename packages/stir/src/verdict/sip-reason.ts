// What a verification service reports of each PASSporT that fell short when the call goes on (RFC 9410 Section 4): the
// codes and phrases of the table of reasons, one Reason header field each. The 4xx itself MUST NOT be sent then.

import { formatStirReason } from '../identity/index.ts';
import { detachSignature, isCompactForm } from '../passport/index.ts';
import { explain, type Fault } from './reason.ts';

export interface Rejection {
  readonly reason: Fault;
  /** The PASSporT, full or compact form; absent where the call had none. */
  readonly token?: string;
}

/**
 * Values for Reason header fields, in order. `ppi` is the compact form: it names the PASSporT and says nothing of the
 * call (RFC 9410 Section 5).
 */
export function formatSipReasons(rejections: readonly Rejection[]): readonly string[] {
  return rejections.flatMap(({ reason, token }) => {
    const { sipCode, phrase } = explain(reason);
    if (sipCode === 200) return [];
    const ppi = token === undefined ? undefined : detachSignature(token);
    const named = ppi !== undefined && isCompactForm(ppi) ? { ppi } : {};
    return [formatStirReason({ cause: sipCode, text: phrase, ...named })];
  });
}
