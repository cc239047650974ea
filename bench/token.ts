// token-issue: one request signed by the issuer, quota and checks included. token-verify: one token judged by a CPS,
// before it is spent.

import {
  encodeTokenInput,
  encodeTokenRequest,
  TOKEN_REQUEST_TYPE,
  tokenKeyId,
  truncateKeyId,
} from '@oobleck/stir/token';
import { generateTokenKey } from '../packages/oobleck/src/crypto/index.ts';
import { createIssuer, createTokenVerifier } from '../packages/oobleck/src/issuer/index.ts';
import { createMemoryIssuerKeys } from '../packages/oobleck/src/store/memory/issuer-keys.ts';
import { createMemoryIssuerQuota } from '../packages/oobleck/src/store/memory/issuer-quota.ts';
import { crypto, inTurn, NOW } from './carrier.ts';
import { type Benchmark, type Cost, costOf, ownCpuSeconds } from './measure.ts';
import { barePrivatePower, bareTokenVerify } from './primitives.ts';
import { createTokenMaker } from './token-maker.ts';

const DISTINCT = 256;
const ISSUER = 'issuer.example.net';
const CPS = 'cps.example.net';
const DAY_SECONDS = 86_400;

export const tokenIssue: Benchmark = {
  name: 'token-issue',
  async open() {
    const keys = createMemoryIssuerKeys();
    const { pkcs8, key } = await generateTokenKey();
    await keys.save(Math.floor(NOW / DAY_SECONDS), pkcs8);
    const quota = createMemoryIssuerQuota();
    const parts = { crypto, keys, quota, generateKey: generateTokenKey, anchors: () => [], now: () => NOW };
    const issuer = createIssuer(parts, { name: ISSUER, tokensPerDay: Number.MAX_SAFE_INTEGER });
    const truncatedKeyId = truncateKeyId(tokenKeyId(crypto, key.publicKey));
    const next = inTurn(DISTINCT, () => {
      const blindedMessage = crypto.randomBytes(256).fill(0, 0, 1);
      return encodeTokenRequest({ truncatedKeyId, blindedMessage });
    });
    const issue = async (): Promise<void> => {
      const answer = await issuer.issue({ body: next(), contentType: TOKEN_REQUEST_TYPE, holder: 'holder' });
      if (!answer.issued) throw new Error('the issuer refuses');
    };
    return { work: costOfWaiting(issue), limit: [barePrivatePower(pkcs8)] };
  },
};

export const tokenVerify: Benchmark = {
  name: 'token-verify',
  async open() {
    const { pkcs8 } = await generateTokenKey();
    const maker = createTokenMaker(pkcs8, ISSUER, CPS);
    const keys = [{ spki: maker.spki, notBefore: NOW - 1, notAfter: NOW + DAY_SECONDS }];
    const issuers = [{ name: ISSUER, keys }];
    const verifier = createTokenVerifier({ crypto, now: () => NOW }, { cpsAuthority: CPS, issuers });
    const next = inTurn(DISTINCT, () => maker.make());
    const work = costOf(() => {
      if (verifier.verifyToken(next()) === undefined) throw new Error('a token does not verify');
    });
    const token = next();
    return { work, limit: [bareTokenVerify(maker.spki, encodeTokenInput(token), token.authenticator)] };
  },
};

/** Of work that gives its answer by a promise, though it waits for nothing. */
function costOfWaiting(operation: () => Promise<void>): Cost {
  return {
    async sample(seconds) {
      const start = ownCpuSeconds();
      for (let count = 1; ; count++) {
        await operation();
        const used = ownCpuSeconds() - start;
        if (used >= seconds) return used / count;
      }
    },
  };
}
