// Where `passport verify` takes certificate chains from: files, the PASSporT's own `x5c`, and the network only where
// that was asked for.

import { StirError } from '@oobleck/stir';
import { type Certificate, parseCertificate, parsePem, verifyingKeyOf } from '@oobleck/stir/certificate';
import type { Crypto } from '@oobleck/stir/crypto';
import type { Passport } from '@oobleck/stir/passport';
import { parseAnchors } from '../../trust/index.ts';
import { reading } from '../command/command-fault.ts';
import { readText } from '../command/input.ts';
import type { OutgoingOptions } from '../command/outgoing.ts';

/** Beyond what a chain takes, for lists of many anchors. */
const MAXIMUM_ANCHOR_BYTES = 2_097_152;

export type ChainSource = 'file' | 'x5c' | 'fetched';
export type FoundChain =
  | { readonly chain: readonly Certificate[]; readonly source: ChainSource }
  | { readonly missing: 'not-given' | 'malformed' | 'unavailable'; readonly detail: string };

export interface ChainInputOptions extends OutgoingOptions {
  readonly chain?: readonly string[];
  readonly fetch?: boolean;
}

export function readAnchors(path: string): readonly Certificate[] {
  return reading(path, () => parseAnchors(readText(path, MAXIMUM_ANCHOR_BYTES)));
}

export function readChain(path: string): readonly Certificate[] {
  return reading(path, () => parsePem(readText(path)).map(parseCertificate));
}

/** One answer for each PASSporT, in order. */
export async function findChainsOf(
  passports: readonly Passport[],
  options: ChainInputOptions,
  crypto: Crypto,
): Promise<readonly FoundChain[]> {
  const files = (options.chain ?? []).map(readChain);
  const found = passports.map((passport) => fromFiles(passport, files, crypto) ?? fromHeader(passport));
  if (options.fetch !== true || found.every((one) => one !== undefined))
    return found.map((one) => one ?? NOT_GIVEN);
  // Loaded only where it is needed: it brings an HTTP client with it.
  const { fetchChain } = await import('./chain-fetch.ts');
  return Promise.all(
    passports.map(async (passport, i) => found[i] ?? fetchChain(passport.certificateUrl, options, crypto)),
  );
}

const NOT_GIVEN: FoundChain = {
  missing: 'not-given',
  detail: 'no certificates: give --chain FILE, or --fetch to get them from x5u',
};

/** The chain whose key made the signature; where none did, the first, so that it can be said what is wrong. */
function fromFiles(
  { signingInput, signature }: Passport,
  files: readonly (readonly Certificate[])[],
  crypto: Crypto,
): FoundChain | undefined {
  const isSigner = (chain: readonly Certificate[]): boolean =>
    verifyingKeyOf(chain[0]!, crypto)?.verify(signingInput, signature) === true;
  const chain = files.find(isSigner) ?? files[0];
  return chain && { chain, source: 'file' };
}

function fromHeader({ chain }: Passport): FoundChain | undefined {
  if (chain === undefined) return undefined;
  try {
    return { chain: chain.map(parseCertificate), source: 'x5c' };
  } catch (error) {
    if (!(error instanceof StirError)) throw error;
    return { missing: 'malformed', detail: `x5c: ${error.message}` };
  }
}
