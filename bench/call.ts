// call: a call signed, sealed and deposited by the calling carrier, and verified out of band by the called one, over
// HTTPS on loopback. All roles of both carriers run in this process, and all of its CPU time counts; tokens are drawn
// in between, since no call waits for an issuer.

import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { shardOf } from '@oobleck/stir/mailbox';
import { parseTelephoneNumber, type TelephoneNumber } from '@oobleck/stir/number';
import { encodeTokenInput } from '@oobleck/stir/token';
import { generateTokenKey } from '../packages/oobleck/src/crypto/index.ts';
import { type Lab, writeLab } from '../packages/oobleck/src/lab/index.ts';
import { type Configuration, type RunningNode, startNode } from '../packages/oobleck/src/wiring/index.ts';
import { crypto, exampleCall } from './carrier.ts';
import { createFolder, removeFolder, startEcho } from './http/carrier-lab.ts';
import { depositRequest, REPLY_BYTES, randomToken, retrieveRequest } from './http/cps-request.ts';
import { type BareRequest, costOfRequests } from './http/http-client.ts';
import { type Benchmark, type Cost, ownCpuSeconds } from './measure.ts';
import { bareEcdsa, bareOpen, bareSeal, bareTokenVerify } from './primitives.ts';
import { createTokenMaker } from './token-maker.ts';

const BATCH = 32;
const AT_ONCE = 8;
const LIFETIME_SECONDS = 10;
/** Calls that lie in one shard at once: a page of a reply holds seven. */
const CALLS_PER_SHARD = 5;
const SEALED_BYTES = 2_000;
const REPLY_PLAINTEXT_BYTES = 16_336;

export const call: Benchmark = {
  name: 'call',
  async open() {
    const folder = createFolder();
    const carriers = await startCarriers(await writeLab(folder, Date.now()), folder);
    const echo = await startEcho(carriers.lab, REPLY_BYTES);
    const bare = (status: number, make: () => BareRequest): Cost =>
      costOfRequests({ server: echo, ca: carriers.lab.tlsCa, make, status, isClientCounted: true });
    const mailboxId = crypto.randomBytes(32);
    return {
      work: costOfCalls(carriers),
      limit: [
        bareEcdsa('sign'),
        bareSeal(SEALED_BYTES),
        bare(201, () => depositRequest(mailboxId, 0, randomToken())),
        await tokenVerify(),
        bare(200, () => retrieveRequest(mailboxId, 0)),
        bareSeal(REPLY_PLAINTEXT_BYTES),
        bareOpen(REPLY_PLAINTEXT_BYTES),
        bareOpen(SEALED_BYTES),
        bareEcdsa('verify'),
      ],
      async close() {
        await echo.close();
        for (const node of carriers.nodes.toReversed()) await node.close();
        removeFolder(folder);
      },
    };
  },
};

interface Carriers {
  readonly lab: Lab;
  readonly nodes: readonly RunningNode[];
  readonly alpha: RunningNode;
  readonly bravo: RunningNode;
}

/** Two carriers with all their roles. Nothing of theirs that is not about a call happens by itself while it lasts. */
async function startCarriers(lab: Lab, folder: string): Promise<Carriers> {
  const start = (configuration: Configuration): Promise<RunningNode> =>
    startNode({ ...configuration, log: { level: 'silent' } }, folder);
  const services = [await start(lab.alpha.services), await start(lab.bravo.services)];
  const [alpha, bravo] = [await start(quiet(lab.alpha.calls)), await start(quiet(lab.bravo.calls))];
  await bravo.called!.renew();
  await alpha.calling!.refresh();
  return { lab, nodes: [...services, alpha, bravo], alpha, bravo };
}

function quiet({ rest: _, ...configuration }: Configuration): Configuration {
  const { authentication, verification } = configuration;
  const wallet = { ...authentication!.wallet!, fillIntervalSeconds: 3600 };
  return {
    ...configuration,
    authentication: {
      ...authentication!,
      wallet,
      mirrorIntervalSeconds: 86_400,
      lifetimeSeconds: LIFETIME_SECONDS,
      deadlineMs: 5_000,
    },
    verification: { ...verification!, deadlineMs: 5_000 },
  };
}

function costOfCalls({ alpha, bravo }: Carriers): Cost {
  const numbers = calledNumbers(bravo);
  let placed = 0;
  const place = async (): Promise<void> =>
    placeCall(alpha, bravo, placed, numbers[placed++ % numbers.length]!);
  return {
    async sample(seconds) {
      let total = 0;
      let count = 0;
      for (; total < seconds; count += BATCH) {
        await alpha.calling!.fillWallet();
        if (placed > 0 && placed % numbers.length < BATCH) await delay(1000 * LIFETIME_SECONDS);
        const before = ownCpuSeconds();
        await repeat(BATCH, place);
        total += ownCpuSeconds() - before;
      }
      return total / count;
    },
  };
}

async function repeat(count: number, action: () => Promise<void>): Promise<void> {
  let left = count;
  const work = async (): Promise<void> => {
    while (left-- > 0) await action();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

async function placeCall(
  alpha: RunningNode,
  bravo: RunningNode,
  at: number,
  called: TelephoneNumber,
): Promise<void> {
  const { claims, arrived } = exampleCall(at % 5_000);
  const caller = arrived.caller!;
  const callId = randomUUID();
  const nowSeconds = Math.floor(Date.now() / 1000);
  const outcome = await alpha.calling!.service.authenticate({
    tenant: 'alpha',
    callId,
    originator: caller,
    destinations: [called],
    placedAt: nowSeconds,
    shaken: claims,
  });
  if (!outcome.signed || outcome.outOfBand !== 'stored') throw new Error('a call is not deposited');
  const { status, reason } = await bravo.called!.service.verify(
    { ...arrived, tenant: 'bravo', callId, called: [called], arrivedAt: nowSeconds },
    [],
  );
  if (status !== 'verified') throw new Error(`a call is not verified: ${reason}`);
}

/** Numbers of Bravo's that lie in its shards evenly. */
function calledNumbers(bravo: RunningNode): readonly TelephoneNumber[] {
  const perShard = new Map<number, number>();
  const numbers: TelephoneNumber[] = [];
  for (let at = 0; at < 256_000; at++) {
    const number = parseTelephoneNumber(String(12_155_000_000 + at));
    const { mailboxId, form } = bravo.called!.keys.keysFor(number, 'bravo')[0]!;
    const shard = shardOf(crypto, mailboxId, form.shards, number);
    const here = perShard.get(shard) ?? 0;
    if (here === CALLS_PER_SHARD) continue;
    perShard.set(shard, here + 1);
    if (numbers.push(number) === CALLS_PER_SHARD * form.shards) break;
  }
  return numbers;
}

async function tokenVerify(): Promise<Cost> {
  const { pkcs8 } = await generateTokenKey();
  const maker = createTokenMaker(pkcs8, 'issuer.example.net', 'cps.example.net');
  const token = maker.make();
  return bareTokenVerify(maker.spki, encodeTokenInput(token), token.authenticator);
}
