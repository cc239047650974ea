// The Call Placement Service of the ATIS profiles: PASSporTs in clear, under the pair of called and calling party, for
// whoever proves with an access token that it may ask (ATIS-1000096, ATIS-1000105, RFC 9888 Sections 5 and 6). It neither
// verifies PASSporTs nor passes them on to other CPSs.

import { StirError } from '@oobleck/stir';
import { type AtOnceOrLater, andThen, unlessDown } from '../../../call/index.ts';
import {
  type AccessOptions,
  type AccessParts,
  type AccessRequest,
  proveAccess,
  readAccess,
} from './access-check.ts';
import type { AccessClaims } from './access-claims.ts';
import { type AccessToken, createAccessTokenReader } from './access-token.ts';
import type { ClearPassportStore, PublishedSet } from './clear-passport-store.ts';
import { createHolderPace, type HolderPace } from './holder-pace.ts';
import {
  claimedDigest,
  digestOfCanonical,
  type PublishBody,
  parsePublishBody,
  requireAgreement,
} from './passport-set.ts';
import { type AtisProfile, type Place, placeName } from './place.ts';
import type { Refusal } from './refusal.ts';
import { mayRetrieve, type RetrievalPolicy } from './retrieval-policy.ts';
import type { SeenState, SeenTokens } from './seen-tokens.ts';

export interface AtisPlacementParts extends AccessParts {
  readonly store: ClearPassportStore;
  readonly seen: SeenTokens;
}

export interface AtisPlacementOptions {
  /** Bare host names under which clients know this CPS. */
  readonly hosts: readonly string[];
  /** Default both. */
  readonly profiles?: readonly AtisProfile[];
  readonly retrieval?: RetrievalPolicy;
  /** How far `iat` of an access token may be from now, default 60. */
  readonly freshnessSeconds?: number;
  /** How long PASSporTs of ATIS-1000096 lie, default 15, at most 60. */
  readonly retentionSeconds?: number;
  /** Of one provider, default 1000. */
  readonly requestsPerSecond?: number;
  /** Certificates of access tokens may be fetched from any public host; default false: from listed repositories. */
  readonly fetchesAnywhere?: boolean;
  /** Default 2000. */
  readonly chainDeadlineMs?: number;
}

/** A request whose token says the right things; whether it is true is asked with the rest. */
export interface Claim {
  readonly place: Place;
  readonly token: AccessToken;
}

/** A claim whose token is true: whoever signed it may say so. */
export interface Proven {
  readonly claim: Claim;
}

export type Retrieved = readonly string[];

/**
 * All is answered at once where nothing has to be fetched, and the stores do. A request goes through steps, so that many may
 * take each of them together: read, prepare where it publishes, prove, then publish or retrieve.
 */
export interface AtisPlacement {
  /** What the access token says, held against the request. At once, so that nothing is read or fetched for one that does not fit. */
  read(request: AccessRequest): { readonly claim: Claim } | { readonly refusal: Refusal };
  /** What the claim is to publish. At once; nothing of the body is kept. */
  prepare(claim: Claim, body: Uint8Array): PublishedSet | Refusal;
  /** Certificate and signature. */
  prove(claim: Claim): AtOnceOrLater<Proven | Refusal>;
  /** @param set prepared for the claim @returns `undefined` where it is stored */
  publish(proven: Proven, set: PublishedSet): AtOnceOrLater<Refusal | undefined>;
  retrieve(proven: Proven): AtOnceOrLater<Retrieved | Refusal>;
}

/** RFC 9888 Section 5: never beyond freshness, and 60 seconds at most. */
export const MAXIMUM_RETENTION_SECONDS = 60;
/** In one answer. */
export const MAXIMUM_RETRIEVED = 64;
export const MAXIMUM_RETRIEVED_LETTERS = 262_144;

interface Context {
  readonly parts: AtisPlacementParts;
  readonly access: AccessOptions;
  readonly profiles: readonly AtisProfile[];
  readonly policy: RetrievalPolicy;
  readonly retentionSeconds: number;
  readonly pace: HolderPace;
  readonly readToken: (text: string) => AccessToken;
}

export function createAtisPlacement(parts: AtisPlacementParts, options: AtisPlacementOptions): AtisPlacement {
  const context: Context = {
    parts,
    access: {
      hosts: options.hosts.map((host) => host.toLowerCase()),
      freshnessSeconds: options.freshnessSeconds ?? 60,
      channel: options.fetchesAnywhere ? 'in-band' : 'out-of-band',
      chainDeadlineMs: options.chainDeadlineMs ?? 2_000,
    },
    profiles: options.profiles ?? ['96', '105'],
    policy: options.retrieval ?? {},
    retentionSeconds: Math.min(options.retentionSeconds ?? 15, MAXIMUM_RETENTION_SECONDS),
    readToken: createAccessTokenReader(),
    pace: createHolderPace(options.requestsPerSecond ?? 1_000),
  };
  return {
    read: (request) => read(context, request),
    prepare: (claim, body) => prepare(context, claim, body),
    prove: (claim) => prove(context, claim),
    publish: (proven, set) => publish(context, proven, set),
    retrieve: (proven) => retrieve(context, proven),
  };
}

function read({ parts, access, profiles, readToken }: Context, request: AccessRequest) {
  const { place } = request;
  if (!profiles.includes(place.profile)) return { refusal: 'not-found' } as const;
  const found = readAccess(readToken, access, request, parts.now());
  return 'refusal' in found ? found : { claim: { place, token: found.token } };
}

function prove({ parts, access }: Context, claim: Claim): AtOnceOrLater<Proven | Refusal> {
  return andThen(proveAccess(parts, access, claim.token), (refusal) => refusal ?? { claim });
}

/** The holder has not asked too often, and the token was not used before. */
function admit({ parts, access, pace }: Context, { claim }: Proven): AtOnceOrLater<Refusal | undefined> {
  const { issuer, id, issuedAt } = claim.token.claims;
  const nowMs = parts.now();
  if (!pace.admits(issuer, nowMs)) return 'pace';
  const untilMs = (issuedAt + access.freshnessSeconds + 1) * 1000;
  // Its certificate may have taken so long that nobody remembers any more whether it was used.
  if (nowMs >= untilMs) return 'stale';
  // Another provider's ids are others.
  return andThen(
    unlessDown(() => parts.seen.see(`${issuer} ${id}`, untilMs, nowMs)),
    refusalOfSeen,
  );
}

function refusalOfSeen(state: SeenState | undefined): Refusal | undefined {
  if (state === 'seen') return 'replayed';
  return state === 'new' ? undefined : 'unavailable';
}

function prepare(context: Context, { place, token }: Claim, body: Uint8Array): PublishedSet | Refusal {
  const { parts } = context;
  const { claims } = token;
  const content = parseBody(body);
  if (content === undefined) return 'malformed';
  if (content.isRepublished) return 'republish';
  const digest = digestOfCanonical(parts.crypto, content.canonical);
  if (claimedDigest(digest) !== claims.digest) return 'other-body';
  const issuedAt = latestIssuedAt(content.passports, place);
  if (issuedAt === undefined) return 'malformed';
  const publishedAtMs = parts.now();
  const expiresAtMs =
    1000 * Math.min(endOf(context, claims, place, publishedAtMs), issuedAt + FRESHNESS_SECONDS);
  if (expiresAtMs <= publishedAtMs) return 'stale-passport';
  const { passports } = content;
  return { passports, digest, publisher: claims.issuer, publishedAtMs, expiresAtMs };
}

function publish(context: Context, proven: Proven, set: PublishedSet): AtOnceOrLater<Refusal | undefined> {
  return andThen(
    admit(context, proven),
    (refusal) => refusal ?? store(context.parts, proven.claim.place, set),
  );
}

function store(
  { store }: AtisPlacementParts,
  place: Place,
  set: PublishedSet,
): AtOnceOrLater<Refusal | undefined> {
  return andThen(
    unlessDown(() => store.add(placeName(place), set)),
    (added) => (added === 'stored' ? undefined : 'unavailable'),
  );
}

/** A PASSporT is fresh for so long (RFC 8224 Section 4.1): no CPS keeps it longer (RFC 9888 Section 5). */
const FRESHNESS_SECONDS = 60;

/** Seconds since 1970: by the publisher's `exp` in ATIS-1000105, by this CPS in ATIS-1000096, earlier where `exp` says so. */
function endOf(
  { retentionSeconds }: Context,
  { expiresAt }: AccessClaims,
  { profile }: Place,
  nowMs: number,
) {
  const seconds = profile === '105' ? MAXIMUM_RETENTION_SECONDS : retentionSeconds;
  return Math.min(nowMs / 1000 + seconds, expiresAt ?? Number.POSITIVE_INFINITY);
}

function retrieve(context: Context, proven: Proven): AtOnceOrLater<Retrieved | Refusal> {
  return andThen(admit(context, proven), (refusal) => refusal ?? lookUp(context, proven.claim));
}

/** Done for everybody: what is not there and what is not theirs take the same time and look alike. */
function lookUp({ parts, policy }: Context, { place, token }: Claim): AtOnceOrLater<Retrieved | Refusal> {
  return andThen(
    unlessDown(() => parts.store.list(placeName(place), parts.now())),
    (sets) => {
      if (sets === undefined) return 'unavailable';
      if (sets.length === 0 || !mayRetrieve(policy, token.claims.issuer, place)) return 'not-found';
      return passportsOf(sets);
    },
  );
}

/**
 * Each set whole, no PASSporT twice, as much as one answer holds: the newest set of each publisher before the second of
 * any, so that nobody keeps the PASSporTs of others out of it by publishing many.
 */
function passportsOf(sets: readonly PublishedSet[]): Retrieved {
  if (sets.length === 1) return sets[0]!.passports;
  const passports = new Set<string>();
  let letters = 0;
  for (const set of inTurns(sets)) {
    const more = set.passports.reduce((sum, { length }) => sum + length, 0);
    const isTooMuch = passports.size + set.passports.length > MAXIMUM_RETRIEVED;
    if (isTooMuch || letters + more > MAXIMUM_RETRIEVED_LETTERS) continue;
    letters += more;
    for (const passport of set.passports) passports.add(passport);
  }
  return [...passports];
}

function inTurns(sets: readonly PublishedSet[]): readonly PublishedSet[] {
  const counts = new Map<string, number>();
  const turns = sets.map((set) => {
    const turn = counts.get(set.publisher) ?? 0;
    counts.set(set.publisher, turn + 1);
    return { set, turn };
  });
  return turns.sort((one, other) => one.turn - other.turn).map(({ set }) => set);
}

function parseBody(body: Uint8Array): PublishBody | undefined {
  return orUndefined(() => parsePublishBody(body));
}

function latestIssuedAt(passports: readonly string[], place: Place): number | undefined {
  return orUndefined(() => requireAgreement(passports, place));
}

function orUndefined<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof StirError) return undefined;
    throw error;
  }
}
