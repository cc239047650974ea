// The claims of an access token, read strictly: what is forgiven here could be read in two ways by the next CPS.
//
//   96   {"iat","action","passports","sub","iss","aud","jti","dest":{"tn":["..."]},"orig":{"tn":"..."}}
//   105  {"iat","exp","action","passports","spc","iss","aud","jti","dest":{"tn":["..."]},"orig":{"tn":"..."}}
//
// `passports` stands in the tokens that publish, and only there. `exp` says when the PASSporTs are to be forgotten.

import { StirError } from '@oobleck/stir';
import { isJsonObject, type Json, type JsonObject } from '@oobleck/stir/json';
import { isSpc, isTelephoneNumber, type Spc } from '@oobleck/stir/number';
import type { Party } from '@oobleck/stir/passport';
import { isUri } from '@oobleck/stir/uri';
import type { Pair } from './place.ts';

export type AccessAction = 'publish' | 'retrieve' | 'republish';

export interface AccessClaims extends Pair {
  /** `iat`, seconds since 1970. */
  readonly issuedAt: number;
  /** `exp`, seconds since 1970. */
  readonly expiresAt?: number | undefined;
  readonly action: AccessAction;
  /** `iss`: whose certificate signs. */
  readonly issuer: Spc;
  /** `sub`: who asks, in ATIS-1000096. */
  readonly subject?: Spc | undefined;
  /** `spc`: whose PASSporTs are meant, in ATIS-1000105. */
  readonly spc?: Spc | undefined;
  /** `aud`: the bare host name of the CPS. */
  readonly audience: string;
  /** `jti`, a UUID. */
  readonly id: string;
  /** `passports`: digest of what is published. */
  readonly digest?: string | undefined;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const DIGEST = /^sha256-[A-Za-z0-9+/]{43}=$/;
const ACTIONS: readonly Json[] = ['publish', 'retrieve', 'republish'];
const MAXIMUM_AUDIENCE = 256;

/** @throws StirError ERR_TOKEN_FORMAT, naming the claim and never its value */
export function parseAccessClaims(payload: JsonObject): AccessClaims {
  const { iat, exp, action, iss, sub, spc, aud, jti, orig, dest, passports } = payload;
  require(isTime(iat), 'iat');
  require(exp === undefined || isTime(exp), 'exp');
  require(ACTIONS.includes(action ?? null), 'action');
  require(isSpc(iss), 'iss');
  require(sub === undefined || isSpc(sub), 'sub');
  require(spc === undefined || isSpc(spc), 'spc');
  require(typeof aud === 'string' && aud.length > 0 && aud.length <= MAXIMUM_AUDIENCE, 'aud');
  require(typeof jti === 'string' && UUID.test(jti), 'jti');
  const isPublishing = action !== 'retrieve';
  require(isPublishing ? isDigest(passports) : passports === undefined, 'passports');
  return {
    issuedAt: iat as number,
    expiresAt: exp as number | undefined,
    action: action as AccessAction,
    digest: passports as string | undefined,
    subject: sub as Spc | undefined,
    spc: spc as Spc | undefined,
    issuer: iss as Spc,
    audience: aud as string,
    id: (jti as string).toLowerCase(),
    called: parseCalled(dest),
    caller: parseCaller(orig),
  };
}

/** Back to the payload. */
export function formatAccessClaims(claims: AccessClaims): JsonObject {
  const { issuedAt, expiresAt, action, digest, subject, spc, issuer, audience, id, called, caller } = claims;
  return {
    iat: issuedAt,
    ...(expiresAt === undefined ? {} : { exp: expiresAt }),
    action,
    ...(digest === undefined ? {} : { passports: digest }),
    ...(subject === undefined ? {} : { sub: subject }),
    ...(spc === undefined ? {} : { spc }),
    iss: issuer,
    aud: audience,
    jti: id,
    dest: called.kind === 'tn' ? { tn: [called.number] } : { uri: [called.uri] },
    orig: caller.kind === 'tn' ? { tn: caller.number } : { uri: caller.uri },
  };
}

function parseCaller(orig: Json | undefined): Party {
  const member = onlyMember(orig, 'orig');
  return partyOf(member.name, member.value, 'orig');
}

/** One called party: the one in the path. */
function parseCalled(dest: Json | undefined): Party {
  const { name, value } = onlyMember(dest, 'dest');
  require(Array.isArray(value) && value.length === 1, 'dest');
  return partyOf(name, (value as readonly Json[])[0]!, 'dest');
}

function onlyMember(value: Json | undefined, claim: string) {
  const names = isJsonObject(value) ? Object.keys(value) : [];
  require(names.length === 1, claim);
  return { name: names[0]!, value: (value as JsonObject)[names[0]!]! };
}

function partyOf(name: string, value: Json, claim: string): Party {
  if (name === 'tn' && isTelephoneNumber(value)) return { kind: 'tn', number: value };
  require(name === 'uri' && isUri(value), claim);
  return { kind: 'uri', uri: value as string };
}

function isTime(value: Json | undefined): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isDigest(value: Json | undefined): boolean {
  return typeof value === 'string' && DIGEST.test(value);
}

function require(holds: boolean, claim: string): void {
  if (!holds) throw new StirError('ERR_TOKEN_FORMAT', `the claim ${claim} is missing or not of its form`);
}
