// bare-...: what is left of a limit where one server does its parts one after the other, and nothing else. A limit adds up I/O and
// cryptography that were measured apart, each with its code and tables in the caches; in one server each finds there what the other
// has left. So the ratio of such a row is what no server reaches by leaving out work: what the rows beside it are to be seen against.

import { randomBytes } from 'node:crypto';
import { writeLab } from '../packages/oobleck/src/lab/index.ts';
import { BATCH } from './cps.ts';
import { createFolder, removeFolder, startEcho } from './http/carrier-lab.ts';
import { batchRequest, depositRequest, randomToken } from './http/cps-request.ts';
import { costOfRequests } from './http/http-client.ts';
import { costOfPosts } from './http/http1-client.ts';
import { startServerProcess } from './http/server-process.ts';
import { type Benchmark, type Cost, costOf, type Subject } from './measure.ts';
import { type BareOperation, bareEcdsa, bareOperation } from './primitives.ts';
import { costOfDatagrams } from './sip/udp-client.ts';
import { invite } from './sip.ts';

/** UDP echo and signature: beside `sip-redirect`. */
const bareSip: Benchmark = {
  name: 'bare-sip-redirect',
  async open() {
    const servers = await Promise.all(
      [[], ['sign']].map((args) => startServerProcess('../sip/echo-server.ts', ...args)),
    );
    const costs = servers.map((server) => costOfDatagrams({ server, make: invite, begins: 'INVITE ' }));
    return subjectOf(costs, 'sign', () => servers.map((server) => server.close()));
  },
};

const REST_BODY_BYTES = 190;
const REST_ANSWER_BYTES = 560;

/** HTTP/1.1 echo and signature or verification: beside `rest-signing` and `rest-verification`. */
const bareRest = (name: string, operation: 'sign' | 'verify'): Benchmark => ({
  name,
  async open() {
    const start = (...args: string[]) =>
      startServerProcess('echo-http1-server.ts', String(REST_ANSWER_BYTES), ...args);
    const servers = await Promise.all([start(), start(operation)]);
    const make = (): string => JSON.stringify('x'.repeat(REST_BODY_BYTES));
    const costs = servers.map((server) => costOfPosts({ server, path: '/', make }));
    return subjectOf(costs, operation, () => servers.map((server) => server.close()));
  },
});

/** HTTP/2 echo over TLS and verification: beside `deposit`, and beside `atis-publish` and `atis-retrieve`. */
const bareHttp2 = (name: string, operation: 'token' | 'verify'): Benchmark => ({
  name,
  async open() {
    const folder = createFolder();
    const lab = await writeLab(folder, Date.now());
    const servers = await Promise.all([startEcho(lab, 0), startEcho(lab, 0, 0, operation)]);
    const mailboxId = randomBytes(32);
    const make = () => depositRequest(mailboxId, 0, randomToken());
    const costs = servers.map((server) => costOfRequests({ server, ca: lab.tlsCa, make, status: 201 }));
    return subjectOf(costs, operation, async () => {
      await Promise.all(servers.map((server) => server.close()));
      removeFolder(folder);
    });
  },
});

/** 16 verifications for a body of 16 deposits, against nothing but the verifications: beside `deposit-batch16`. */
const bareBatch: Benchmark = {
  name: 'bare-deposit-batch16',
  async open() {
    const folder = createFolder();
    const lab = await writeLab(folder, Date.now());
    const server = await startEcho(lab, 0, 2 * BATCH, 'token', BATCH);
    const mailboxId = randomBytes(32);
    const items = Array.from({ length: BATCH }, () => ({ shard: 0, token: randomToken() }));
    const make = () => batchRequest(mailboxId, items);
    const requests = costOfRequests({ server, ca: lab.tlsCa, make, status: 201 });
    return {
      work: { sample: async (seconds) => (await requests.sample(seconds)) / BATCH },
      limit: [costOf(bareOperation('token'))],
      async close() {
        await server.close();
        removeFolder(folder);
      },
    };
  },
};

/** @param costs of the server without the operation, and with it */
function subjectOf(
  [without, having]: readonly Cost[],
  operation: BareOperation,
  close: () => unknown,
): Subject {
  return {
    work: having!,
    limit: [without!, operation === 'token' ? costOf(bareOperation('token')) : bareEcdsa(operation)],
    close: async () => void (await close()),
  };
}

export const bareRows: readonly Benchmark[] = [
  bareHttp2('bare-deposit', 'token'),
  bareBatch,
  bareHttp2('bare-atis', 'verify'),
  bareRest('bare-rest-signing', 'sign'),
  bareRest('bare-rest-verification', 'verify'),
  bareSip,
];
