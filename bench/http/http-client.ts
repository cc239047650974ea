// The bare HTTP/2 client that asks both the real server and the bare one: a few connections, many streams, no checks
// but of the status. It looks for answers now and then (`now-and-then.ts`).

import { type ClientHttp2Session, connect, type OutgoingHttpHeaders } from 'node:http2';
import { type Cost, ownCpuSeconds } from '../measure.ts';
import { lookNowAndThen } from './now-and-then.ts';
import type { ServerProcess } from './server-process.ts';

export interface BareRequest {
  readonly headers: OutgoingHttpHeaders;
  readonly body?: Uint8Array;
}

export interface HttpLoad {
  readonly server: ServerProcess;
  /** PEM root. */
  readonly ca: string;
  /** Makes one more request; what that takes does not count. */
  readonly make: () => BareRequest;
  readonly status: number;
  /** Default 4; requests under way are in proportion. */
  readonly connections?: number;
  /** Counts the CPU time of this process too, where client and server are both part of the work. */
  readonly isClientCounted?: boolean;
}

/** Of a load that does not say. */
export const CONNECTIONS = 4;
const STREAMS = 32;
/** Requests of each connection between two looks at the clock. */
const BATCH = 64;
const LOOK_AFTER_MS = 4;

/** What one request costs the server, in CPU time. */
export function costOfRequests({
  server,
  ca,
  make,
  status,
  connections = CONNECTIONS,
  isClientCounted = false,
}: HttpLoad): Cost {
  const used = async (): Promise<number> =>
    (await server.cpuSeconds()) + (isClientCounted ? ownCpuSeconds() : 0);
  return {
    async sample(seconds) {
      const sessions = Array.from({ length: connections }, () => connect(server.origin, { ca }));
      await send(sessions, Array.from({ length: connections }, make), status);
      let total = 0;
      let count = 0;
      while (total < seconds) {
        const requests = Array.from({ length: BATCH * connections }, make);
        const before = await used();
        await send(sessions, requests, status);
        total += (await used()) - before;
        count += requests.length;
      }
      for (const session of sessions) session.close();
      return total / count;
    },
  };
}

/** @throws Error where the status is another */
export async function sendOne(
  { origin }: ServerProcess,
  ca: string,
  request: BareRequest,
  status: number,
): Promise<void> {
  const session = connect(origin, { ca });
  await exchange(session, request, status);
  session.close();
}

/** One request after the other at a steady pace, in turn of each kind, over one connection. @returns what ends it */
export function keepAsking(
  { origin }: ServerProcess,
  ca: string,
  kinds: readonly Pick<HttpLoad, 'make' | 'status'>[],
  everyMs: number,
): () => Promise<void> {
  const session = connect(origin, { ca });
  const asked = new Set<Promise<void>>();
  let failure: unknown;
  let at = 0;
  const timer = setInterval(() => {
    const { make, status } = kinds[at++ % kinds.length]!;
    const answered = exchange(session, make(), status).catch((error: unknown) => {
      failure = error;
    });
    asked.add(answered);
    void answered.then(() => asked.delete(answered));
  }, everyMs);
  return async () => {
    clearInterval(timer);
    await Promise.all(asked);
    session.close();
    if (failure !== undefined) throw failure;
  };
}

/** All of them, so many at a time, over all connections. */
async function send(
  sessions: readonly ClientHttp2Session[],
  requests: readonly BareRequest[],
  status: number,
): Promise<void> {
  let next = 0;
  const work = async (session: ClientHttp2Session): Promise<void> => {
    while (next < requests.length) await exchange(session, requests[next++]!, status);
  };
  let isDone = false;
  const all = Promise.all(
    Array.from({ length: sessions.length * STREAMS }, (_, at) => work(sessions[at % sessions.length]!)),
  ).finally(() => {
    isDone = true;
  });
  await lookNowAndThen(() => isDone, LOOK_AFTER_MS);
  await all;
}

function exchange(
  session: ClientHttp2Session,
  { headers, body }: BareRequest,
  status: number,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const stream = session.request(headers);
    let answered = 0;
    stream.on('response', (fields) => {
      answered = Number(fields[':status']);
    });
    stream.on('data', () => undefined);
    stream.on('error', reject);
    stream.on('end', () =>
      answered === status ? resolve() : reject(new Error(`status ${answered} instead of ${status}`)),
    );
    stream.end(body);
  });
}
