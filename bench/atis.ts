// atis-publish and atis-retrieve: what one request of the ATIS profiles costs the process of a CPS, over HTTP/2 and TLS.
// Everything in it is as `oobleck serve` runs it: each request has an access token of its own, whose claims, certificate
// and signature are checked. Only the server's CPU time counts.

import { createPrivateKey, randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SigningKey } from '@oobleck/stir/crypto';
import type { Spc, TelephoneNumber } from '@oobleck/stir/number';
import { createPassportSigner } from '@oobleck/stir/passport';
import {
  type AccessOrder,
  type AccessSigner,
  createAccessSigner,
} from '../packages/oobleck/src/cps/profiles/atis/index.ts';
import { writeLab } from '../packages/oobleck/src/lab/index.ts';
import type { Configuration } from '../packages/oobleck/src/wiring/index.ts';
import { crypto, exampleCall, inTurn } from './carrier.ts';
import { createFolder, removeFolder, startEcho } from './http/carrier-lab.ts';
import { type BareRequest, costOfRequests, sendOne } from './http/http-client.ts';
import { type ServerProcess, startServerProcess } from './http/server-process.ts';
import type { Benchmark, Cost, Subject } from './measure.ts';
import { bareEcdsa } from './primitives.ts';

const HOST = 'cps.example.net';
const SPC = '1234' as Spc;
const CERTIFICATE_PATH = '/certificates/1234.pem';
const PAIRS = 4_096;
/** Of the answer to a publication. */
const RECEIPT_BYTES = 34;

export const atisPublish: Benchmark = {
  name: 'atis-publish',
  async open() {
    const world = await startAtis();
    const next = pairsInTurn();
    return besideEcho(world, { status: 201, make: () => world.publication(next()), replyBytes: 0 });
  },
};

export const atisRetrieve: Benchmark = {
  name: 'atis-retrieve',
  async open() {
    const world = await startAtis();
    const next = pairsInTurn();
    let pair = next();
    const make = (): BareRequest => world.question(pair);
    const replyBytes = Buffer.byteLength(JSON.stringify({ passports: [world.passport(pair)] }));
    const subject = await besideEcho(world, { status: 200, make, replyBytes });
    const work: Cost = {
      /** Each time another pair, with one call of it. */
      async sample(seconds) {
        pair = next();
        await sendOne(world.cps, world.tlsCa, world.publication(pair), 201);
        return subject.work.sample(seconds);
      },
    };
    return { ...subject, work };
  },
};

interface PairOfNumbers {
  readonly called: TelephoneNumber;
  readonly caller: TelephoneNumber;
}

function pairsInTurn(): () => PairOfNumbers {
  return inTurn(PAIRS, (at) => {
    const { originator, destinations } = exampleCall(at).call;
    return { called: destinations[0]!, caller: originator };
  });
}

type AtisWorld = Awaited<ReturnType<typeof startAtis>>;

/** A carrier's public process with nothing but the CPS of the ATIS profiles and the certificate of who asks. */
async function startAtis() {
  const folder = createFolder();
  const lab = await writeLab(folder, Date.now());
  const key = readKey(join(folder, 'alpha.key'));
  const { services, origin } = lab.bravo;
  const configuration: Configuration = {
    trust: services.trust,
    client: services.client!,
    listen: services.listen!,
    log: { level: 'silent' },
    certificates: [{ path: CERTIFICATE_PATH, chainFile: 'alpha.pem' }],
    atis: { hosts: [HOST], retentionSeconds: 60, requestsPerSecond: 1_000_000 },
  };
  const file = join(folder, 'bench-atis.json');
  writeFileSync(file, JSON.stringify(configuration));
  const cps = await startServerProcess('cps-server.ts', file, folder);
  const certificateUrl = `${origin}${CERTIFICATE_PATH}`;
  const identity = { key, certificateUrl };
  const seconds = (): number => Math.floor(Date.now() / 1000);
  const signer = createAccessSigner({ crypto, now: seconds, identity: () => identity });
  const passports = createPassportSigner(key, certificateUrl);
  const passport = ({ called, caller }: PairOfNumbers): string =>
    passports.signShaken(
      { originator: caller, destinations: [called], issuedAt: seconds() },
      { attestation: 'A', originationId: randomUUID() },
    );
  return {
    lab,
    cps,
    tlsCa: lab.tlsCa,
    passport,
    publication: (pair: PairOfNumbers) => publication(signer, pair, passport(pair)),
    question: (pair: PairOfNumbers) => question(signer, pair),
    async close() {
      await cps.close();
      removeFolder(folder);
    },
  };
}

function readKey(file: string): SigningKey {
  const pkcs8 = createPrivateKey(readFileSync(file)).export({ format: 'der', type: 'pkcs8' });
  return crypto.importSigningKey(new Uint8Array(pkcs8));
}

function orderOf({ called, caller }: PairOfNumbers): AccessOrder {
  return {
    profile: '105',
    issuer: SPC,
    spc: SPC,
    audience: HOST,
    called: { kind: 'tn', number: called },
    caller: { kind: 'tn', number: caller },
  };
}

const pathOf = ({ called, caller }: PairOfNumbers): string => `/passports/${SPC}/${called}/${caller}`;

function publication(signer: AccessSigner, pair: PairOfNumbers, passport: string): BareRequest {
  const body = Buffer.from(JSON.stringify({ passports: [passport] }));
  return {
    headers: {
      ':method': 'POST',
      ':path': pathOf(pair),
      'content-type': 'application/json',
      authorization: `Bearer ${signer.toPublish(orderOf(pair), [passport], 60)}`,
      'content-length': String(body.length),
    },
    body,
  };
}

function question(signer: AccessSigner, pair: PairOfNumbers): BareRequest {
  const authorization = `Bearer ${signer.toRetrieve(orderOf(pair))}`;
  return {
    headers: { ':method': 'GET', ':path': pathOf(pair), authorization, accept: 'application/json' },
  };
}

async function besideEcho(
  world: AtisWorld,
  load: { readonly status: number; readonly make: () => BareRequest; readonly replyBytes: number },
): Promise<Subject> {
  const { cps, lab, tlsCa: ca } = world;
  const { status, make, replyBytes } = load;
  const echo: ServerProcess = await startEcho(lab, replyBytes, RECEIPT_BYTES);
  return {
    work: costOfRequests({ server: cps, ca, make, status }),
    limit: [costOfRequests({ server: echo, ca, make, status }), bareEcdsa('verify')],
    async close() {
      await echo.close();
      await world.close();
    },
  };
}
