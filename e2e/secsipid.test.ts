// Two implementations that share no code: what we sign Kamailio's secsipid module verifies, and the other way round.

import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNodeCrypto } from '../packages/oobleck/src/crypto/index.ts';
import {
  formatCertificatesPem,
  formatPrivateKeyPem,
} from '../packages/oobleck/src/lab/certificate-issuer.ts';
import { createLabAuthority } from '../packages/oobleck/src/lab/sti-authority.ts';
import { parseCertificate } from '../packages/stir/src/certificate/index.ts';
import { formatIdentity, parseIdentity } from '../packages/stir/src/identity/index.ts';
import { parseTelephoneNumber, parseTnEntry } from '../packages/stir/src/number/index.ts';
import {
  createPassportSigner,
  type PassportSigner,
  parsePassport,
} from '../packages/stir/src/passport/index.ts';
import { isMissing } from './programs.ts';
import { ANSWER_FIELD, AT_HAND_FIELD, type Secsipid, startSecsipid } from './secsipid.ts';
import { createSipProbe, fieldOf, type SipProbe } from './sip-probe.ts';

const CALLS = 200;
const AT_ONCE = 20;
const FRESHNESS_SECONDS = 60;
const DAY_MS = 86_400_000;
const crypto = createNodeCrypto();

interface NumberPair {
  readonly calling: string;
  readonly called: string;
}

describe.skipIf(isMissing('kamailio', 'secsipid.so'))("Kamailio's secsipid module", () => {
  const folder = mkdtempSync(join(tmpdir(), 'oobleck-secsipid-'));
  const chains = new Map<string, string>();
  let repository: Server;
  let url: (name: string) => string;
  let probe: SipProbe;
  let secsipid: Secsipid;
  let signer: PassportSigner;
  let privateKeyPkcs8: Uint8Array;
  let leaf: Uint8Array;

  beforeAll(async () => {
    repository = createServer(({ url: path }, response) => {
      const pem = chains.get(path ?? '');
      response.writeHead(pem === undefined ? 404 : 200).end(pem);
    });
    await new Promise<void>((resolve) => repository.listen(0, '127.0.0.1', resolve));
    url = (name) => `http://127.0.0.1:${(repository.address() as AddressInfo).port}/${name}`;
    const authority = await createLabAuthority({ nowMs: Date.now() });
    const issued = await authority.issueLeaf(leafRequest(Date.now()));
    const stranger = await createLabAuthority({ nowMs: Date.now(), subject: 'Stranger' });
    chains.set('/chain.pem', issued.pem);
    chains.set('/strange.pem', (await stranger.issueLeaf(leafRequest(Date.now()))).pem);
    chains.set('/expired.pem', (await authority.issueLeaf(leafRequest(Date.now() - 2 * DAY_MS))).pem);
    privateKeyPkcs8 = issued.privateKeyPkcs8;
    leaf = issued.chain[0]!;
    signer = createPassportSigner(crypto.importSigningKey(privateKeyPkcs8), url('chain.pem'));
    probe = await createSipProbe();
    const privateKeyPem = formatPrivateKeyPem(privateKeyPkcs8);
    secsipid = await startSecsipid({
      folder,
      nextHopPort: probe.port,
      privateKeyPem,
      chainPem: issued.pem,
      certificateUrl: url('chain.pem'),
      rootPem: authority.rootPem,
      intermediatePem: formatCertificatesPem([authority.intermediate]),
      freshnessSeconds: FRESHNESS_SECONDS,
    });
  });

  afterAll(async () => {
    await secsipid?.stop();
    await probe?.close();
    await new Promise((resolve) => repository.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });

  /** What arrived behind Kamailio. */
  const call = async ({ calling, called }: NumberPair, headers: readonly string[]): Promise<string> => {
    const { status, arrived } = await probe.place(secsipid.port, {
      called,
      from: `<sip:${calling}@127.0.0.1>`,
      headers,
    });
    expect(status).toBe(200);
    return arrived;
  };
  const answerTo = async (identity: string, ...headers: readonly string[]): Promise<number> =>
    Number(fieldOf(await call(PAIR, [`Identity: ${identity}`, ...headers]), ANSWER_FIELD)[0]);
  const sign = (pair: NumberPair, ageSeconds = 0, by = signer): string =>
    formatIdentity({
      token: by.signShaken(
        {
          originator: parseTelephoneNumber(pair.calling)!,
          destinations: [parseTelephoneNumber(pair.called)!],
          issuedAt: Math.floor(Date.now() / 1000) - ageSeconds,
        },
        { attestation: 'A', originationId: randomUUID() },
      ),
      info: by.certificateUrl,
      algorithm: 'ES256',
      ppt: 'shaken',
    });

  it(`P-02: verifies ${CALLS} of our Identity header fields, with the chain it fetches`, async () => {
    const answers = await inTurns(numberPairs(CALLS), (pair) => answerTo(sign(pair)));
    expect(answers).toEqual(Array(CALLS).fill(1));
  }, 60_000);

  it('verifies them with the chain at hand, too', async () => {
    expect(await answerTo(sign(PAIR), AT_HAND_FIELD)).toBe(1);
  });

  it('P-02: writes what we verify, 200 times', async () => {
    const key = crypto.importVerifyingKey(parseCertificate(leaf).spki);
    const outcomes = await inTurns(numberPairs(CALLS), async (pair) => {
      const arrived = await call(pair, []);
      expect(fieldOf(arrived, ANSWER_FIELD)).toEqual(['1']);
      const [value, ...more] = fieldOf(arrived, 'Identity');
      expect(more).toEqual([]);
      const { token, info, ppt } = parseIdentity(value!);
      const { extension, certificateUrl, originator, destinations, issuedAt, ...passport } =
        parsePassport(token);
      return {
        pair: { calling: originator.kind === 'tn' && originator.number, called: destinations.numbers.join() },
        mirrors: info === certificateUrl && info === url('chain.pem') && ppt === extension,
        attestation: passport.shaken?.attestation,
        isFresh: Math.abs(Date.now() / 1000 - issuedAt) < FRESHNESS_SECONDS,
        isSigned: key.verify(passport.signingInput, passport.signature),
      };
    });
    expect(outcomes).toEqual(
      numberPairs(CALLS).map((pair) => ({
        pair,
        mirrors: true,
        attestation: 'A',
        isFresh: true,
        isSigned: true,
      })),
    );
  }, 60_000);

  it('refuses, with the code for it, what is altered, stale, mirrored wrongly, or of a chain it cannot trust', async () => {
    const identity = sign(PAIR);
    const at = identity.indexOf(';') - 10;
    const letter = identity[at] === 'A' ? 'B' : 'A';
    const from = (name: string) => sign(PAIR, 0, { ...signer, certificateUrl: url(name) });
    const stale = sign(PAIR, FRESHNESS_SECONDS + 5);
    expect({
      whole: await answerTo(identity),
      altered: await answerTo(identity.slice(0, at) + letter + identity.slice(at + 1)),
      stale: await answerTo(stale),
      otherInfo: await answerTo(identity.replace('info=<http:', 'info=<https:'), AT_HAND_FIELD),
      otherAlgorithm: await answerTo(identity.replace('alg=ES256', 'alg=ES512')),
      otherExtension: await answerTo(identity.replace('"shaken"', 'div')),
      strangeChain: await answerTo(from('strange.pem')),
      expiredChain: await answerTo(from('expired.pem')),
      noChain: await answerTo(from('absent.pem')),
    }).toEqual({
      whole: 1,
      altered: -251,
      stale: -232,
      otherInfo: -205,
      otherAlgorithm: -302,
      otherExtension: -303,
      strangeChain: -101,
      expiredChain: -103,
      noChain: -403,
    });
  });
});

const PAIR: NumberPair = { calling: '12025550001', called: '12155550001' };

function numberPairs(count: number): readonly NumberPair[] {
  return Array.from({ length: count }, (_none, at) => ({
    calling: String(12025550000 + at),
    called: String(12155550000 + at),
  }));
}

/** A few at a time, answers in order. */
async function inTurns<T>(
  pairs: readonly NumberPair[],
  act: (pair: NumberPair) => Promise<T>,
): Promise<readonly T[]> {
  const answers: T[] = [];
  for (let at = 0; at < pairs.length; at += AT_ONCE)
    answers.push(...(await Promise.all(pairs.slice(at, at + AT_ONCE).map(act))));
  return answers;
}

/** Valid for a day from an hour before. */
function leafRequest(fromMs: number) {
  return {
    entries: [parseTnEntry('0-1234')],
    commonName: 'SHAKEN 1234',
    organization: 'Alpha',
    notBefore: new Date(fromMs - 3_600_000),
    notAfter: new Date(fromMs + DAY_MS),
  };
}
