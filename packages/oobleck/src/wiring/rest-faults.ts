// Trunks that the REST interface cannot serve: an answer to a request for signing is an Identity header field and nothing else
// (ATIS-1000082, 3GPP TS 24.229 Annex V), and such a request brings no PASSporTs that could be carried. They need SIP.

import type { Configuration } from './configuration.ts';

/** Of trunks that `rest` alone leads to. One that a rule of `sip` leads to may be as it likes: asked over REST it is refused. */
export function restFaults({ rest, sip, trunks = [] }: Configuration): readonly string[] {
  if (rest === undefined) return [];
  const ofSip = new Set(sip?.rules.map(({ trunk }) => trunk));
  return trunks.flatMap(({ name, direction, encryptIdentity, outgoing }, at) => {
    if (direction === 'incoming' || ofSip.has(name)) return [];
    return [
      ...(encryptIdentity === true
        ? [
            `trunks.${at}.encryptIdentity: expected a rule of sip for it, since rest has no Identity-Encrypted`,
          ]
        : []),
      ...(outgoing === 'carry'
        ? [`trunks.${at}.outgoing: expected a rule of sip for it, since rest brings no PASSporTs to carry`]
        : []),
    ];
  });
}
