// A neighbour's CPS of the ATIS profiles over HTTPS (ATIS-1000096, ATIS-1000105): PASSporTs published and retrieved under the
// pair of called and calling party, with a fresh access token for each request. The connection is kept and reused (V-09).

import { parseJsonObject } from '@oobleck/stir/json';
import type { Spc } from '@oobleck/stir/number';
import {
  type AccessSigner,
  type AtisProfile,
  formatParty,
  MAXIMUM_RETRIEVED,
  MAXIMUM_RETRIEVED_LETTERS,
  type Pair,
} from '../../cps/profiles/atis/index.ts';
import type { SafeClient } from '../index.ts';

export interface AtisPeer {
  readonly profile: AtisProfile;
  /** https, without a slash at the end. */
  readonly url: string;
  /** `aud`; the host name of the URL where left out. */
  readonly host?: string;
  /** Our own provider code, that of the signing certificate. */
  readonly spc: Spc;
  /** Whose PASSporTs are retrieved, in `105`: the neighbour that calls come from. */
  readonly neighbour?: Spc;
  /** With `{SPC}`, `{DEST}` and `{ORIG}`; by default that of the profile. */
  readonly path?: string;
  /** How long what is published is to lie, in `105`; default 30. */
  readonly lifetimeSeconds?: number;
}

export interface AtisClient {
  /** Never rejects. `refused`: the same again will be refused again. */
  publish(
    pair: Pair,
    passports: readonly string[],
    deadlineMs: number,
  ): Promise<'stored' | 'refused' | 'unavailable'>;
  /** What lies there; none where there is nothing, or nothing for us. Rejects where the CPS gives no such answer in time. */
  retrieve(pair: Pair, deadlineMs: number): Promise<readonly string[]>;
}

const PATHS: Readonly<Record<AtisProfile, string>> = {
  '96': '/passports/{DEST}/{ORIG}',
  '105': '/passports/{SPC}/{DEST}/{ORIG}',
};
const MAXIMUM_ACKNOWLEDGEMENT = 16_384;
/** The PASSporTs, what stands around them, and the tokens that some send along. */
const MAXIMUM_ANSWER = 2 * MAXIMUM_RETRIEVED_LETTERS;

export function createAtisClient(client: SafeClient, signer: AccessSigner, peer: AtisPeer): AtisClient {
  const { profile, url, spc, neighbour = spc, lifetimeSeconds = 30 } = peer;
  const audience = peer.host ?? new URL(url).hostname.replace(/^\[|\]$/g, '');
  const template = peer.path ?? PATHS[profile];
  const placeOf = (owner: Spc, { called, caller }: Pair): string =>
    url +
    template
      .replaceAll('{SPC}', owner)
      .replaceAll('{DEST}', formatParty(called))
      .replaceAll('{ORIG}', formatParty(caller));
  const orderOf = (owner: Spc, pair: Pair) => ({ ...pair, profile, issuer: spc, spc: owner, audience });
  return {
    async publish(pair, passports, deadlineMs) {
      try {
        const { status } = await client.request({
          method: 'POST',
          url: placeOf(spc, pair),
          headers: {
            authorization: `Bearer ${signer.toPublish(orderOf(spc, pair), passports, lifetimeSeconds)}`,
            'content-type': 'application/json',
          },
          body: Buffer.from(JSON.stringify({ passports })),
          deadlineMs,
          maxResponseBytes: MAXIMUM_ACKNOWLEDGEMENT,
        });
        if (status < 400) return status >= 200 && status < 300 ? 'stored' : 'refused';
        return status >= 500 || status === 429 ? 'unavailable' : 'refused';
      } catch {
        return 'unavailable';
      }
    },
    async retrieve(pair, deadlineMs) {
      const { status, body } = await client.request({
        method: 'GET',
        url: placeOf(neighbour, pair),
        headers: {
          authorization: `Bearer ${signer.toRetrieve(orderOf(neighbour, pair))}`,
          accept: 'application/json',
        },
        deadlineMs,
        maxResponseBytes: MAXIMUM_ANSWER,
      });
      if (status === 404) return [];
      if (status !== 200) throw new Error(`status ${status} of a neighbour`);
      return passportsIn(body);
    },
  };
}

/** @throws StirError, Error where it is no list of texts */
function passportsIn(body: Uint8Array): readonly string[] {
  const { passports } = parseJsonObject(body, MAXIMUM_ANSWER);
  if (!Array.isArray(passports) || !passports.every((one) => typeof one === 'string'))
    throw new Error('not an answer with PASSporTs');
  return passports.slice(0, MAXIMUM_RETRIEVED);
}
