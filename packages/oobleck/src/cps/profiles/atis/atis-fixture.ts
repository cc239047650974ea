// What the tests of this profile stand on: two providers and a stranger, a CPS with real stores over a clock that only
// the test moves, and access tokens as sound or as broken as a test wants them.

import { randomUUID } from 'node:crypto';
import type { SigningKey } from '@oobleck/stir/crypto';
import type { JsonObject } from '@oobleck/stir/json';
import { signCompactJws } from '@oobleck/stir/jws';
import { createPassportSigner } from '@oobleck/stir/passport';
import {
  anchorOf,
  type Carrier,
  createAuthority,
  createCarrier,
  createClock,
  crypto,
  DAY,
  NOW,
  tn,
} from '../../../../test/network.ts';
import { createMemoryClearPassportStore } from '../../../store/memory/clear-passport-store.ts';
import { createMemorySeenTokens } from '../../../store/memory/seen-tokens.ts';
import { createTrust, type FetchChain } from '../../../trust/index.ts';
import {
  type AtisPlacementOptions,
  type AtisPlacementParts,
  createAtisPlacement,
  digestOf,
} from './index.ts';

export const CALLED = '19032469103';
export const CALLER = '12013776051';
export const HOST = 'cps.example.com';
export const REPOSITORY = 'https://cr.example';

const home = await createAuthority();
/** SPC 1234, publishes; SPC 5678, its neighbour; SPC 9999, nobody's neighbour. */
export const alpha = await createCarrier(home, ['0-1234']);
export const bravo = await createCarrier(home, ['0-5678']);
export const charlie = await createCarrier(home, ['0-9999']);
export const revoked = await createCarrier(home, ['0-1234']);
export const ended = await createCarrier(home, ['0-1234'], { notBefore: NOW - 9 * DAY, notAfter: NOW - DAY });
/** Under an authority that nobody here trusts. */
export const untrusted = await createCarrier(await createAuthority(), ['0-1234']);
/** A certificate for numbers alone. */
export const numberHolder = await createCarrier(home, ['2-12013776051']);

const CARRIERS: Readonly<Record<string, Carrier>> = {
  alpha,
  bravo,
  charlie,
  revoked,
  ended,
  untrusted,
  'number-holder': numberHolder,
};

export const x5uOf = (name: string): string => `${REPOSITORY}/${name}.pem`;

export type AtisWorld = ReturnType<typeof createAtisWorld>;

export function createAtisWorld(
  options: Partial<AtisPlacementOptions> = {},
  parts: Partial<AtisPlacementParts> = {},
) {
  const clock = createClock();
  /** URLs that somebody wanted fetched. */
  const fetched: string[] = [];
  const fetchChain: FetchChain = async (url) => {
    fetched.push(url);
    if (url.endsWith('/hangs.pem')) return new Promise(() => undefined);
    const found = CARRIERS[/\/([a-z-]+)\.pem$/.exec(url)?.[1] ?? ''];
    return { status: found === undefined ? 404 : 200, body: Buffer.from(found?.pem ?? '') };
  };
  const serial = Buffer.from(revoked.certificate.serialNumber);
  const chains = createTrust(
    {
      crypto,
      anchors: [anchorOf(home)],
      fetchChain,
      now: clock.ms,
      revocations: { revision: 1, isRevoked: (one) => serial.equals(one.serialNumber) },
    },
    { repositories: [REPOSITORY] },
  );
  const store = createMemoryClearPassportStore();
  const placement = createAtisPlacement(
    { crypto, now: clock.ms, chains, store, seen: createMemorySeenTokens(), ...parts },
    { hosts: [HOST], chainDeadlineMs: 50, ...options },
  );
  const passport = (more: { caller?: string; called?: readonly string[]; issuedAt?: number } = {}): string =>
    createPassportSigner(alpha.key, x5uOf('alpha')).signShaken(
      {
        originator: tn(more.caller ?? CALLER),
        destinations: (more.called ?? [CALLED]).map(tn),
        issuedAt: more.issuedAt ?? clock.seconds(),
      },
      { attestation: 'A', originationId: randomUUID() },
    );
  return { clock, fetched, store, placement, passport };
}

export interface TokenOrder {
  readonly key?: SigningKey;
  readonly header?: JsonObject;
  /** Members that are `null` are left out. */
  readonly claims?: JsonObject;
}

/** A header or payload with the changes of a test. */
function changed(sound: JsonObject, changes: JsonObject = {}): string {
  return JSON.stringify(
    Object.fromEntries(Object.entries({ ...sound, ...changes }).filter(([, value]) => value !== null)),
  );
}

export function tokenOf(sound: JsonObject, { key = alpha.key, header, claims }: TokenOrder = {}): string {
  return signCompactJws(changed({ alg: 'ES256', x5u: x5uOf('alpha') }, header), changed(sound, claims), key);
}

export function retrieveClaims(now: number): JsonObject {
  return {
    iat: now,
    action: 'retrieve',
    sub: '1234',
    iss: '1234',
    aud: HOST,
    jti: randomUUID(),
    dest: { tn: [CALLED] },
    orig: { tn: CALLER },
  };
}

export function publishClaims(now: number, passports: readonly string[]): JsonObject {
  return { ...retrieveClaims(now), action: 'publish', passports: digestOf(crypto, passports) };
}

/** The same in ATIS-1000105. */
export function agreed(claims: JsonObject, more: JsonObject = {}): JsonObject {
  const { sub: _, ...others } = claims;
  const exp: JsonObject = claims.action === 'publish' ? { exp: (claims.iat as number) + 30 } : {};
  return { ...others, spc: '1234', ...exp, ...more };
}
