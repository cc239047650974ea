// Watching a CPS (RFC 8816 Sections 6.2 and 7.4): whoever asks, through its real HTTP face, about mailboxes of its choice must
// not tell an idle one from one with a call in progress, a full one, one that its owner is reading at that moment, or one
// that does not exist. All are asked about equally often in each round, in random order, so that the noise of the machine is the
// same for all.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { encodeBase64url } from '@oobleck/stir/bytes';
import { createSafeClient, type SafeClient } from '../../src/http/index.ts';
import { crypto } from '../network.ts';
import { createObserver, type Observer } from './observer.ts';

export const BEAT_MS = 5;
export const FULL = 256;
const CLASSES = ['idle', 'call', 'full', 'read', 'unknown'] as const;
type Class = (typeof CLASSES)[number];
export const SHARDS: Record<Exclude<Class, 'unknown'>, number> = { idle: 0, call: 1, full: 2, read: 3 };
/** So often each class is asked about in one round. */
const TIMES = 2;
const WARM_UP_ROUNDS = 10;
/** Each of which asks its next question when the one before is answered. */
const POLLERS = 4;

export type Leak = 'length' | 'count' | 'time' | 'repetition';

export interface Served {
  readonly origin: string;
  readonly ca: string;
  /** base64url. */
  readonly mailboxId: string;
}

export interface Watch {
  /** URL, default that of memory. */
  readonly store?: string;
  readonly leak?: Leak;
  readonly replies: number;
  /** A few pollers, each of which asks when its question before is answered; default all of a round at once. */
  readonly isOneByOne?: boolean;
}

/** @returns what was seen, and what the owner read in the end in the shards that are idle, of a call, full */
export async function watch({ store = 'memory:', leak, replies, isOneByOne = false }: Watch) {
  const child = fork(
    new URL('cps-process.ts', import.meta.url),
    leak === undefined ? [store] : [store, leak],
  );
  try {
    const [served] = (await once(child, 'message')) as [Served];
    const create = () => createSafeClient({ ca: [served.ca], allowAddresses: ['127.0.0.1'] });
    const party: Party = { served, poller: create(), owner: create() };
    const observer = createObserver();
    const warmUp = createObserver();
    const play = isOneByOne ? oneByOne : atOnce;
    const rounds = replies / (CLASSES.length * TIMES);
    for (let round = -WARM_UP_ROUNDS; round < rounds; round++)
      await play(party, round < 0 ? warmUp : observer);
    child.send('contents');
    const [contents] = (await once(child, 'message')) as [unknown];
    await Promise.all([party.poller.close(), party.owner.close()]);
    return { observer, contents };
  } finally {
    if (child.connected) child.disconnect();
    if (child.exitCode === null) await once(child, 'exit');
  }
}

interface Party {
  readonly served: Served;
  readonly poller: SafeClient;
  readonly owner: SafeClient;
}

function ask(client: SafeClient, { origin, mailboxId }: Served, name: Class) {
  const mailbox = name === 'unknown' ? encodeBase64url(crypto.randomBytes(32)) : mailboxId;
  const shard = name === 'unknown' ? 0 : SHARDS[name];
  const n = encodeBase64url(crypto.randomBytes(16));
  const url = `${origin}/mailboxes/${mailbox}/${shard}/passports?page=0&n=${n}`;
  return client.request({ method: 'GET', url, deadlineMs: 20_000, maxResponseBytes: 131_072 });
}

async function timed({ poller, served }: Party, name: Class) {
  const startedMs = performance.now();
  const reply = await ask(poller, served, name);
  return { name, reply, tookMs: performance.now() - startedMs };
}

const aRound = (): Class[] => shuffled(Array.from({ length: TIMES }, () => CLASSES).flat());
/** The owner reads its mailbox meanwhile, on its own connection. */
const ownersRound = ({ owner, served }: Party) =>
  Promise.all(Array.from({ length: TIMES }, () => ask(owner, served, 'read')));

async function atOnce(party: Party, observer: Observer): Promise<void> {
  const owners = ownersRound(party);
  const answers = await Promise.all(aRound().map((name) => timed(party, name)));
  await owners;
  const meanMs = answers.reduce((sum, { tookMs }) => sum + tookMs, 0) / answers.length;
  for (const { name, reply, tookMs } of answers) observer.see(name, { ...reply, timeMs: tookMs - meanMs });
}

async function oneByOne(party: Party, observer: Observer): Promise<void> {
  const owners = ownersRound(party);
  const names = aRound();
  const askOn = async (): Promise<void> => {
    for (let name = names.pop(); name !== undefined; name = names.pop()) {
      const { reply, tookMs } = await timed(party, name);
      observer.see(name, { ...reply, timeMs: tookMs });
    }
  };
  await Promise.all(Array.from({ length: POLLERS }, askOn));
  await owners;
}

function shuffled<T>(list: readonly T[]): T[] {
  return list
    .map((value) => ({ value, rank: Math.random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ value }) => value);
}
