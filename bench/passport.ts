// passport-sign: a `shaken` PASSporT built and signed. passport-verify: one read, held against the call, its chain
// found among those already validated, its signature checked (RFC 8224 Section 6.2), out of band.

import { createPassportSigner } from '@oobleck/stir/passport';
import { DEFAULT_FRESHNESS_SECONDS, judgeSigner, matchCall, readPassport } from '@oobleck/stir/verdict';
import { createTrust, type Trust } from '../packages/oobleck/src/trust/index.ts';
import { type Carrier, CERTIFICATE_URL, createCarrier, crypto, exampleCall, inTurn, NOW } from './carrier.ts';
import { type Benchmark, costOf } from './measure.ts';
import { bareEcdsa } from './primitives.ts';

const DISTINCT = 512;

export const passportSign: Benchmark = {
  name: 'passport-sign',
  async open() {
    const { key } = await createCarrier();
    const signer = createPassportSigner(key, CERTIFICATE_URL);
    const next = inTurn(DISTINCT, exampleCall);
    const work = costOf(() => {
      const { call, claims } = next();
      return signer.signShaken(call, claims);
    });
    return { work, limit: [bareEcdsa('sign')] };
  },
};

export const passportVerify: Benchmark = {
  name: 'passport-verify',
  async open() {
    const carrier = await createCarrier();
    const signer = createPassportSigner(carrier.key, CERTIFICATE_URL);
    const trust = trustIn(carrier);
    const next = inTurn(DISTINCT, (at) => {
      const { call, claims, arrived } = exampleCall(at);
      return { token: signer.signShaken(call, claims), arrived };
    });
    const rules = { crypto, freshnessSeconds: DEFAULT_FRESHNESS_SECONDS };
    const work = costOf(() => {
      const { token, arrived } = next();
      const read = readPassport(token);
      if ('fault' in read || matchCall(read.value, arrived, rules, NOW) !== undefined) throw unverified();
      const found = trust.chainOf(carrier.chain);
      if ('unavailable' in found) throw unverified();
      const path = trust.validated(found.chain, NOW);
      if ('fault' in judgeSigner(read.value, { path }, 'out-of-band', rules)) throw unverified();
    });
    return { work, limit: [bareEcdsa('verify')] };
  },
};

function trustIn({ anchor }: Carrier): Trust {
  return createTrust({
    crypto,
    anchors: [anchor],
    now: () => NOW * 1000,
    fetchChain: async () => {
      throw new Error('nothing is fetched here');
    },
  });
}

function unverified(): Error {
  return new Error('a PASSporT of the benchmark does not verify');
}
