// deposit and retrieve: what one request costs the process of a CPS, over HTTP/2 and TLS. Everything in it is as
// `oobleck serve` runs it; tokens are real and each is spent once. Only the server's CPU time counts.

import { encodeTokenInput } from '@oobleck/stir/token';
import { type CarrierLab, startCarrierLab, startEcho } from './http/carrier-lab.ts';
import {
  batchRequest,
  depositRequest,
  REPLY_BYTES,
  randomToken,
  retrieveRequest,
} from './http/cps-request.ts';
import { type BareRequest, costOfRequests, sendOne } from './http/http-client.ts';
import type { Benchmark, Cost, Subject } from './measure.ts';
import { bareSeal, bareTokenVerify } from './primitives.ts';

/** Of the plaintext in a reply of 16384 bytes. */
const REPLY_PLAINTEXT_BYTES = 16_336;

export const deposit: Benchmark = {
  name: 'deposit',
  async open() {
    const carrier = await startCarrierLab();
    const { mailboxId, tokens } = carrier;
    const shard = shardsInTurn(carrier);
    const token = tokens.make();
    return besideEcho(carrier, {
      status: 201,
      make: () => depositRequest(mailboxId, shard(), tokens.make()),
      makeBare: () => depositRequest(mailboxId, shard(), randomToken()),
      limit: [bareTokenVerify(tokens.spki, encodeTokenInput(token), token.authenticator)],
    });
  },
};

export const BATCH = 16;

/** One operation is one deposit, of 16 in a request. */
export const depositBatch16: Benchmark = {
  name: 'deposit-batch16',
  async open() {
    const carrier = await startCarrierLab();
    const { mailboxId, tokens, cps, lab } = carrier;
    const shard = shardsInTurn(carrier);
    const token = tokens.make();
    const items = () => Array.from({ length: BATCH }, () => ({ shard: shard(), token: tokens.make() }));
    const requests = costOfRequests({
      server: cps,
      ca: lab.tlsCa,
      make: () => batchRequest(mailboxId, items()),
      status: 200,
    });
    return {
      work: { sample: async (seconds) => (await requests.sample(seconds)) / BATCH },
      limit: [bareTokenVerify(tokens.spki, encodeTokenInput(token), token.authenticator)],
      close: carrier.close,
    };
  },
};

export const retrieve: Benchmark = {
  name: 'retrieve',
  async open() {
    const carrier = await startCarrierLab();
    const { mailboxId, tokens, cps, lab } = carrier;
    const nextShard = shardsInTurn(carrier);
    let shard = nextShard();
    const make = (): BareRequest => retrieveRequest(mailboxId, shard);
    const subject = await besideEcho(carrier, {
      status: 200,
      make,
      makeBare: make,
      limit: [bareSeal(REPLY_PLAINTEXT_BYTES)],
    });
    const work: Cost = {
      /** Each time another shard, with one blob in it. */
      async sample(seconds) {
        shard = nextShard();
        await sendOne(cps, lab.tlsCa, depositRequest(mailboxId, shard, tokens.make()), 201);
        return subject.work.sample(seconds);
      },
    };
    return { ...subject, work };
  },
};

interface Requests {
  readonly status: number;
  readonly make: () => BareRequest;
  /** Of the same size and shape, for the bare server. */
  readonly makeBare: () => BareRequest;
  /** What the bare work takes beside HTTP. */
  readonly limit: readonly Cost[];
}

async function besideEcho(
  carrier: CarrierLab,
  { status, make, makeBare, limit }: Requests,
): Promise<Subject> {
  const { lab, cps } = carrier;
  const echo = await startEcho(lab, REPLY_BYTES);
  const ca = lab.tlsCa;
  return {
    work: costOfRequests({ server: cps, ca, make, status }),
    limit: [costOfRequests({ server: echo, ca, make: makeBare, status }), ...limit],
    async close() {
      await echo.close();
      await carrier.close();
    },
  };
}

/** Deposits go round, so that no shard fills up. */
function shardsInTurn({ shards }: CarrierLab): () => number {
  let next = 0;
  return () => next++ % shards;
}
