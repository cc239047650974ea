// What tests of several roles stand on: a clock that only they move, carriers with real certificates, a CPS with its
// directory in this process, storage tokens, and the called side's keys. Every part is the real one.

import { type Certificate, parseCertificate } from '@oobleck/stir/certificate';
import type { SigningKey } from '@oobleck/stir/crypto';
import { parseTnEntry, type TelephoneNumber } from '@oobleck/stir/number';
import { blindToken, storageChallenge, type Token } from '@oobleck/stir/token';
import {
  type CallPlacementParts,
  type CallPlacementService,
  createCallPlacementService,
  type DepositOutcome,
  type DepositRequest,
} from '../src/cps/index.ts';
import { createNodeCrypto, generateTokenKey } from '../src/crypto/index.ts';
import { createKeyDirectory, type KeyDirectoryParts } from '../src/directory/index.ts';
import { createTokenVerifier } from '../src/issuer/index.ts';
import { createLabAuthority, type LabAuthority } from '../src/lab/pki.ts';
import { createMemoryCredentialStore } from '../src/store/memory/credential-store.ts';
import { createMemoryMailboxStore } from '../src/store/memory/mailbox-store.ts';
import { createMemorySpentTokens } from '../src/store/memory/spent-tokens.ts';
import { createKeyHolder, type KeyHolderOptions, type StoredKey } from '../src/verification/index.ts';

/** When everything begins, seconds since 1970. */
export const NOW = 1_800_000_000;
export const DAY = 86_400;
export const crypto = createNodeCrypto();

export const tn = (text: string): TelephoneNumber => text as TelephoneNumber;

export interface Clock {
  seconds: () => number;
  ms: () => number;
  advance(seconds: number): void;
}

export function createClock(start = NOW): Clock {
  let ms = start * 1000;
  return {
    seconds: () => Math.floor(ms / 1000),
    ms: () => ms,
    advance(seconds) {
      ms += seconds * 1000;
    },
  };
}

export interface Carrier {
  readonly key: SigningKey;
  readonly certificate: Certificate;
  readonly chain: readonly Certificate[];
  readonly ders: readonly Uint8Array[];
  /** What its repository serves. */
  readonly pem: string;
}

export const createAuthority = (): Promise<LabAuthority> => createLabAuthority({ nowMs: NOW * 1000 });

export function anchorOf(authority: LabAuthority): Certificate {
  return parseCertificate(authority.root);
}

/** @param entries TNEntries in text, for example `0-1234` */
export async function createCarrier(
  authority: LabAuthority,
  entries: readonly string[],
  { notBefore = NOW - 10 * DAY, notAfter = NOW + 90 * DAY, name = 'SHAKEN' } = {},
): Promise<Carrier> {
  const leaf = await authority.issueLeaf({
    entries: entries.map(parseTnEntry),
    commonName: name,
    organization: name,
    notBefore: new Date(notBefore * 1000),
    notAfter: new Date(notAfter * 1000),
  });
  const chain = leaf.chain.map(parseCertificate);
  const key = crypto.importSigningKey(leaf.privateKeyPkcs8);
  return { key, certificate: chain[0]!, chain, ders: leaf.chain, pem: leaf.pem };
}

export const ISSUER = 'issuer.example';
const issuerKey = crypto.importTokenSigningKey((await generateTokenKey()).pkcs8);

/** Fresh tokens for a CPS, of an issuer that `createTestCps` accepts. */
export function mintTokens(cpsAuthority: string, count: number, issuer = ISSUER): Token[] {
  const challenge = storageChallenge(issuer, cpsAuthority);
  return Array.from({ length: count }, () => {
    const blinded = blindToken({ crypto, key: issuerKey.publicKey, challenge });
    return blinded.finalize({ blindSignature: issuerKey.rawSign(blinded.request.blindedMessage)! })!;
  });
}

export const CPS = 'https://cps.example';

export interface TestCpsOptions {
  readonly clock: Clock;
  readonly anchors: readonly Certificate[];
  readonly authority?: string;
  readonly parts?: Partial<CallPlacementParts>;
  readonly directoryParts?: Partial<KeyDirectoryParts>;
}

export function createTestCps({ clock, anchors, authority, parts, directoryParts }: TestCpsOptions) {
  const directory = createKeyDirectory({
    crypto,
    now: clock.seconds,
    anchors: () => anchors,
    store: createMemoryCredentialStore(),
    issuers: () => [],
    ...directoryParts,
  });
  const store = createMemoryMailboxStore();
  const keys = [{ spki: issuerKey.publicKey.spki, notBefore: NOW - DAY, notAfter: NOW + DAY }];
  const tokens = createTokenVerifier(
    { crypto, now: clock.seconds },
    { cpsAuthority: authority ?? new URL(CPS).host, issuers: [{ name: ISSUER, keys }] },
  );
  const spent = createMemorySpentTokens(clock.seconds);
  const service = createCallPlacementService({
    crypto,
    mailboxes: directory,
    store,
    tokens,
    spent,
    now: clock.ms,
    ...parts,
  });
  return { directory, store, spent, tokens, service: { ...service, deposit: depositor(service) } };
}

/** Takes both steps of a deposit, as a face does. */
export function depositor({ judge, place }: Pick<CallPlacementService, 'judge' | 'place'>) {
  return (request: DepositRequest): Promise<DepositOutcome> | DepositOutcome => {
    const judged = judge(request);
    return typeof judged === 'string' ? judged : place(judged);
  };
}

/** The keys of a carrier, for all its numbers where nothing else is said, registered with `register` at every `renew`. */
export function createTestKeys(
  { key, chain, certificate }: Carrier,
  clock: Clock,
  register: (origin: string, credential: string) => Promise<unknown>,
  options: Partial<KeyHolderOptions> = {},
) {
  const saved: { keys: readonly StoredKey[] } = { keys: [] };
  const holder = createKeyHolder(
    {
      crypto,
      now: clock.seconds,
      identity: () => ({ key, chain }),
      store: {
        load: () => saved.keys,
        save: (keys) => {
          saved.keys = keys;
        },
      },
      register: async (origin, text) => void (await register(origin, text)),
    },
    { entries: certificate.numbers.entries, cps: [CPS], directories: [], ...options },
  );
  return { holder, saved };
}
