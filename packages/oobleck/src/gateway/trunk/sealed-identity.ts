// The cipher of trunks that encrypt: the calling side seals Identity header fields to the keys of the called number, the
// called side opens them with its own. What does not open, or holds no PASSporT, is as if it were not there.

import { StirError } from '@oobleck/stir';
import type { Crypto } from '@oobleck/stir/crypto';
import { MAXIMUM_SEALED_IDENTITIES, parseIdentity, parseIdentityEncrypted } from '@oobleck/stir/identity';
import { addressOf } from '@oobleck/stir/mailbox';
import { isDiallable, type TelephoneNumber } from '@oobleck/stir/number';
import { isCompactForm, type Passport } from '@oobleck/stir/passport';
import { sealInBand } from '@oobleck/stir/placement';
import { createInBandSealer, type Envelope, type InBandLock, openInBand } from '@oobleck/stir/seal';
import { identityOf, type Outcome, readPassport } from '@oobleck/stir/verdict';
import { type ChainsAtHand, envelopeOf, type KeyFinder } from '../../authentication/index.ts';
import type { OwnKeys } from '../../verification/index.ts';
import { type IdentityCipher, NOTHING_OPENED, type OpenedIdentities } from './identity-cipher.ts';

export interface SealedIdentityParts {
  readonly crypto: Crypto;
  /** Keys of called numbers; without it nothing is sealed. */
  readonly keys?: KeyFinder | undefined;
  /** Chains that travel along; without it the called side fetches them. */
  readonly chains?: ChainsAtHand | undefined;
  /** Keys of numbers called here; without it nothing opens. */
  readonly ownKeys?: OwnKeys | undefined;
}

/** Keys of called numbers, times numbers, that are tried for one call. */
const MAXIMUM_LOCKS = 8;
/** Values of a call times keys: all values where a number has four keys, the most that one is sealed to. */
const MAXIMUM_OPENINGS = 4 * MAXIMUM_SEALED_IDENTITIES;

export function createSealedIdentity({ crypto, keys, chains, ownKeys }: SealedIdentityParts): IdentityCipher {
  const sealer = createInBandSealer(crypto);
  const locksOf = (tenant: string, called: readonly TelephoneNumber[]): readonly InBandLock[] =>
    called
      .filter(isDiallable)
      .flatMap((number) =>
        (ownKeys?.keysFor(number, tenant) ?? []).map(({ agreement, form }) => ({
          agreement,
          address: addressOf(crypto, form, number),
        })),
      )
      .slice(0, MAXIMUM_LOCKS);
  return {
    seal(called, identities) {
      const passports = identities.flatMap(fullForm);
      // Only all of them make sense to whoever opens: a diversion is nothing without what it diverts.
      if (passports.length === 0 || passports.length < identities.length) return [];
      return called
        .filter(isDiallable)
        .slice(0, 1)
        .flatMap((number) => {
          const found = keys?.keysFor(number) ?? [];
          if (found.length === 0) return [];
          const order = { envelope: withChain(passports, chains), called: number, keys: found };
          return orNothing(() => sealInBand({ crypto, sealer }, order));
        });
    },
    open(tenant, called, values) {
      const sealed = values.flatMap((value) => orNothing(() => parseIdentityEncrypted(value)));
      if (sealed.length === 0) return NOTHING_OPENED;
      const locks = locksOf(tenant, called);
      const most = Math.min(MAXIMUM_SEALED_IDENTITIES, Math.floor(MAXIMUM_OPENINGS / locks.length));
      return openInBand(sealer, locks, sealed.slice(0, most))
        .map(readEnvelope)
        .filter(({ identities }) => identities.length > 0);
    },
  };
}

/** What cannot be read here, somebody else may read: it travels without a chain. */
function withChain(tokens: readonly string[], chains: ChainsAtHand | undefined): Envelope {
  const passports = valuesOf(tokens.map(readPassport));
  return passports.length < tokens.length ? { passports: tokens } : envelopeOf(passports, chains);
}

/** The chain is that of the first PASSporT; where that one is none, it is nobody's. */
function readEnvelope({ passports, chain }: Envelope): OpenedIdentities {
  const reads = passports.map(readPassport);
  const [first] = reads;
  const identities = valuesOf(reads).map(identityOf);
  return first !== undefined && 'value' in first ? { identities, chain } : { identities };
}

function valuesOf(reads: readonly Outcome<Passport>[]): readonly Passport[] {
  return reads.flatMap((read) => ('value' in read ? [read.value] : []));
}

/** RFC 8816 Section 8.1: without the INVITE's own header fields a compact form cannot be rebuilt. */
function fullForm(identity: string): readonly string[] {
  return orNothing(() => {
    const { token } = parseIdentity(identity);
    return isCompactForm(token) ? [] : [token];
  });
}

function orNothing<T>(find: () => readonly T[]): readonly T[] {
  try {
    return find();
  } catch (error) {
    if (error instanceof StirError) return [];
    throw error;
  }
}
