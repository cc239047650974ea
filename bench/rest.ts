// rest-signing, rest-verification: a switch asks over the REST interface (ATIS-1000082), HTTP/1.1 on loopback, as it does on
// the machine of its switch. Each call is another one and each PASSporT its own; the chain is in memory. Only the server's
// CPU time counts. Nothing goes out of band: that work is what the rows deposit, retrieve and call are about.

import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatIdentity } from '@oobleck/stir/identity';
import { createPassportSigner } from '@oobleck/stir/passport';
import { writeLab } from '../packages/oobleck/src/lab/index.ts';
import type { Configuration } from '../packages/oobleck/src/wiring/index.ts';
import { crypto, exampleCall } from './carrier.ts';
import { createFolder, removeFolder } from './http/carrier-lab.ts';
import { costOfPosts } from './http/http1-client.ts';
import { type ServerProcess, startServerProcess } from './http/server-process.ts';
import type { Benchmark, Cost, Subject } from './measure.ts';
import { bareEcdsa } from './primitives.ts';

/** Of an answer with an Identity, and of one with a verdict. */
const IDENTITY_ANSWER_BYTES = 560;
const VERDICT_ANSWER_BYTES = 61;

export const restSigning: Benchmark = {
  name: 'rest-signing',
  async open() {
    const { folder, server } = await startRest();
    let at = 0;
    const make = (): string => {
      const { call, claims } = exampleCall(at++ % 5_000);
      const signingRequest = {
        attest: claims.attestation,
        dest: { tn: call.destinations },
        iat: Math.floor(Date.now() / 1000),
        orig: { tn: call.originator },
        origid: claims.originationId,
        callId: randomUUID(),
      };
      return JSON.stringify({ signingRequest });
    };
    const limit = [bareEcdsa('sign')];
    return besideEcho({
      folder,
      server,
      path: '/stir/v1/signing',
      make,
      bytes: IDENTITY_ANSWER_BYTES,
      limit,
    });
  },
};

export const restVerification: Benchmark = {
  name: 'rest-verification',
  async open() {
    const { folder, server, certificateUrl } = await startRest();
    const key = crypto.importSigningKey(pkcs8Of(readFileSync(join(folder, 'alpha.key'), 'utf8')));
    const signer = createPassportSigner(key, certificateUrl);
    let at = 0;
    const make = (): string => {
      const { call, claims } = exampleCall(at++ % 5_000);
      const time = Math.floor(Date.now() / 1000);
      const token = signer.signShaken(
        { ...call, issuedAt: time },
        { ...claims, originationId: randomUUID() },
      );
      const identity = formatIdentity({ token, info: certificateUrl, algorithm: 'ES256', ppt: 'shaken' });
      const [from, to] = [{ tn: call.originator }, { tn: call.destinations }];
      return JSON.stringify({ verificationRequest: { from, to, time, identity, callId: randomUUID() } });
    };
    const limit = [bareEcdsa('verify')];
    const path = '/stir/v1/verification';
    return besideEcho({ folder, server, path, make, bytes: VERDICT_ANSWER_BYTES, limit });
  },
};

interface RestRow {
  readonly folder: string;
  readonly server: ServerProcess;
  readonly path: string;
  readonly make: () => string;
  readonly bytes: number;
  readonly limit: readonly Cost[];
}

async function besideEcho({ folder, server, path, make, bytes, limit }: RestRow): Promise<Subject> {
  const echo = await startServerProcess('echo-http1-server.ts', String(bytes));
  return {
    work: costOfPosts({ server, path, make }),
    limit: [costOfPosts({ server: echo, path, make }), ...limit],
    async close() {
      await echo.close();
      await server.close();
      removeFolder(folder);
    },
  };
}

/** Alpha beside its switch. Nobody else runs: no key is known to seal to, and the one chain needed is preloaded. */
async function startRest() {
  const folder = createFolder();
  const { alpha } = await writeLab(folder, Date.now());
  const { calls } = alpha;
  const certificateUrl = calls.authentication!.tenants[0]!.certificateUrl;
  mkdirSync(join(folder, 'preload'));
  const chain = readFileSync(join(folder, 'alpha.pem'), 'utf8');
  writeFileSync(join(folder, 'preload', 'alpha.pem'), `# ${certificateUrl}\n${chain}`);
  const configuration: Configuration = {
    ...calls,
    log: { level: 'silent' },
    trust: { ...calls.trust, preloadFolder: 'preload' },
    authentication: { ...calls.authentication!, directories: [] },
    verification: { mailboxes: [] },
    rest: { port: 0 },
  };
  const file = join(folder, 'bench-rest.json');
  writeFileSync(file, JSON.stringify(configuration));
  return { folder, certificateUrl, server: await startServerProcess('rest-server.ts', file, folder) };
}

function pkcs8Of(pem: string): Uint8Array {
  return new Uint8Array(Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64'));
}
