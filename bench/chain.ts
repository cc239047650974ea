// chain-verify: a chain of three as it was received, never seen before: read, held to every rule of the path (RFC 5280 Section 6,
// RFC 8226, RFC 9060 Section 7) and to a CRL, its two signatures checked. The limit is those two checks by `openssl speed`, and the
// preparation of one key by `node:crypto`: that of the certificate in the middle, which nobody can have prepared. The anchor's is.
// tnauthlist-covers: one question to a prepared TNAuthList of 10,000 entries.

import {
  type Certificate,
  type PathInput,
  parseCertificate,
  spcOwnsBy,
  validatePath,
} from '@oobleck/stir/certificate';
import { createNumberCover, parseTelephoneNumber, parseTnEntry } from '@oobleck/stir/number';
import { type Crl, parseCrl } from '@oobleck/stir/revocation';
import { parseNumberMap } from '../packages/oobleck/src/trust/index.ts';
import { createCrl } from '../packages/stir/test/crl.ts';
import { createCarrier, crypto, inTurn, NOW } from './carrier.ts';
import { type Benchmark, type Cost, costOf } from './measure.ts';
import { bareEcdsa, bareKeyImport } from './primitives.ts';

const CHAINS = 64;
const ENTRIES = 10_000;
const REVOKED = 100;

export const chainVerify: Benchmark = {
  name: 'chain-verify',
  async open() {
    const { chain, anchor } = await createCarrier();
    const root = anchor.der;
    const list = createRevocations(anchor);
    const rules: Omit<PathInput, 'chain'> = {
      anchors: [anchor],
      at: NOW,
      crypto,
      spcOwns: spcOwnsBy(parseNumberMap('12155550000,10000,1234\n')),
      isRevoked: (certificate) => list.has(certificate),
      cpsUriOid: '1.3.6.1.4.1.99999.1',
    };
    const next = inTurn(CHAINS, () => [...chain, root].map((der) => der.slice()));
    const work = costOf(() => {
      const path = validatePath({ chain: next().map(parseCertificate), ...rules });
      if (!path.valid) throw new Error(`the chain of the benchmark is refused: ${path.reason}`);
    });
    return { work, limit: [twice(bareEcdsa('verify')), await bareKeyImport()] };
  },
};

function twice(cost: Cost): Cost {
  return { sample: async (seconds) => 2 * (await cost.sample(seconds)) };
}

/** A CRL of the anchor with other serial numbers than those of the chain. */
function createRevocations(anchor: Certificate): Crl {
  const serialNumbers = Array.from({ length: REVOKED }, (_, at) => Uint8Array.of(1, at));
  return parseCrl(
    createCrl(crypto.generateSigningKey(), {
      issuer: anchor.subject,
      thisUpdate: NOW,
      nextUpdate: NOW + 3600,
      entries: serialNumbers.map((serialNumber) => ({ serialNumber })),
    }),
  );
}

export const tnAuthListCovers: Benchmark = {
  name: 'tnauthlist-covers',
  async open() {
    const entries = Array.from({ length: ENTRIES }, (_, at) =>
      parseTnEntry(at % 2 === 0 ? `1-1${2_000_000_000 + at * 1000}-500` : `2-1${3_000_000_000 + at * 7}`),
    );
    const cover = createNumberCover(entries);
    const next = inTurn(512, (at) => parseTelephoneNumber(`1${2_000_000_000 + at * 19_531}`));
    return { work: costOf(() => cover.coversNumber(next())), limit: [MICROSECOND] };
  },
};

/** The bound of this row is a time, not other work: a ratio of 1 is one microsecond. */
const MICROSECOND: Cost = { sample: async () => 1e-6 };
