// From what one operation costs to what a nation's calls need: cores, nodes, bytes and shards. Plain multiplication, so that
// whoever has other figures can put them in.

import type { RedisCost } from './redis-cost.ts';

/** Operations per CPU-second by the name of the row. */
export type Rates = Readonly<Record<string, number>>;

export interface Assumptions {
  readonly callsPerSecond: number;
  /** Keys of the called number, each a deposit and a token. */
  readonly depositsPerCall: number;
  /** Mailboxes that a verification service asks about a call, one page each. */
  readonly retrievalsPerCall: number;
  readonly lifetimeSeconds: number;
  readonly replyBytes: number;
  /** Body, token, fields and framing of a deposit on the wire. */
  readonly depositWireBytes: number;
  /** How much of a core or a shard is used at the busiest second. */
  readonly load: number;
  readonly coresPerNode: number;
  /** Memory of a live deposit with its spent token, and of a spent token alone. */
  readonly bytesPerDeposit: number;
  readonly bytesPerSpentToken: number;
  /** How long a spent token is remembered at most: the day of its key and the grace. */
  readonly spentSeconds: number;
  /** The same, if there were a key for each hour. */
  readonly spentSecondsOfHour: number;
  /** The day's mean rate as a part of the busiest second's. */
  readonly meanOfPeak: number;
  /** How long a deposit lies in Redis, whatever its lifetime, in a shard where nothing more is left. */
  readonly redisKeptSeconds: number;
  /** Memory of a node with one master. */
  readonly redisNodeBytes: number;
}

export const ASSUMPTIONS: Omit<Assumptions, 'bytesPerDeposit'> = {
  callsPerSecond: 107_222,
  depositsPerCall: 1,
  retrievalsPerCall: 2,
  lifetimeSeconds: 30,
  replyBytes: 16_384,
  depositWireBytes: 2_900,
  load: 0.6,
  coresPerNode: 16,
  bytesPerSpentToken: 92,
  spentSeconds: 87_000,
  spentSecondsOfHour: 4_200,
  meanOfPeak: 0.4,
  redisKeptSeconds: 62,
  redisNodeBytes: 64e9,
};

export interface Need {
  readonly what: string;
  readonly arithmetic: string;
  readonly result: string;
}

const ROLES: readonly (readonly [string, readonly (readonly [string, keyof Assumptions | 1])[]])[] = [
  [
    'CPS, store in its memory',
    [
      ['deposit', 'depositsPerCall'],
      ['retrieve', 'retrievalsPerCall'],
    ],
  ],
  ['token issuer', [['token-issue', 'depositsPerCall']]],
  [
    'authentication, without its HTTP',
    [
      ['passport-sign', 1],
      ['seal', 'depositsPerCall'],
    ],
  ],
  [
    'verification, without its HTTP',
    [
      ['open', 1],
      ['passport-verify', 1],
    ],
  ],
  ['everything, clients and servers of both carriers', [['call', 1]]],
];

export function needs(rates: Rates, given: Assumptions, redis: RedisCost): Need[] {
  return [
    ...ROLES.map(([role, parts]) => coresOf(role, parts, rates, given)),
    ...wires(given),
    ...memoryStores(given),
    ...redisStores(given, redis),
  ];
}

function coresOf(role: string, parts: (typeof ROLES)[number][1], rates: Rates, given: Assumptions): Need {
  const terms = parts.map(([row, per]) => {
    const rate = rates[row];
    if (rate === undefined) throw new Error(`no row ${row}`);
    return {
      text: `${number(given.callsPerSecond)} x ${per === 1 ? 1 : given[per]} / ${number(rate)}`,
      cores: (given.callsPerSecond * (per === 1 ? 1 : given[per])) / rate,
    };
  });
  const busy = terms.reduce((sum, { cores }) => sum + cores, 0);
  return {
    what: `${role}: cores`,
    arithmetic: `(${terms.map(({ text }) => text).join(' + ')}) / ${given.load}`,
    result: nodesOf(busy, given),
  };
}

function nodesOf(busyCores: number, { load, coresPerNode }: Assumptions): string {
  const cores = Math.ceil(busyCores / load);
  const nodes = Math.ceil(cores / coresPerNode);
  return `${cores} cores, ${nodes} ${nodes === 1 ? 'node' : 'nodes'} of ${coresPerNode}`;
}

function wires(given: Assumptions): Need[] {
  const { callsPerSecond, depositsPerCall, depositWireBytes, retrievalsPerCall, replyBytes } = given;
  const gigabits = (bytes: number): string => `${((8 * bytes) / 1e9).toFixed(1)} Gbit/s`;
  return [
    {
      what: 'into the CPSs',
      arithmetic: `${number(callsPerSecond)} x ${depositsPerCall} x ${number(depositWireBytes)} B`,
      result: gigabits(callsPerSecond * depositsPerCall * depositWireBytes),
    },
    {
      what: 'out of the CPSs',
      arithmetic: `${number(callsPerSecond)} x ${retrievalsPerCall} x ${number(replyBytes)} B`,
      result: gigabits(callsPerSecond * retrievalsPerCall * replyBytes),
    },
  ];
}

function memoryStores(given: Assumptions): Need[] {
  const { callsPerSecond, depositsPerCall, lifetimeSeconds, bytesPerDeposit, bytesPerSpentToken } = given;
  const live = callsPerSecond * depositsPerCall * lifetimeSeconds;
  const { text, tokens } = spentOfDay(given);
  return [
    {
      what: 'live deposits, in the memory of CPSs',
      arithmetic: `${number(callsPerSecond)} x ${depositsPerCall} x ${lifetimeSeconds} s = ${number(live)}, each ${number(bytesPerDeposit)} B`,
      result: gigabytes(live * bytesPerDeposit),
    },
    {
      what: 'spent tokens of a day, in the memory of CPSs',
      arithmetic: `${text}, each ${bytesPerSpentToken} B`,
      result: gigabytes(tokens * bytesPerSpentToken),
    },
  ];
}

/** At the end of the day and the grace, when they are most. */
function spentOfDay({ callsPerSecond, depositsPerCall, meanOfPeak, spentSeconds }: Assumptions) {
  const text = `${number(callsPerSecond)} x ${depositsPerCall} x ${meanOfPeak} x ${number(spentSeconds)} s`;
  return { text, tokens: callsPerSecond * depositsPerCall * meanOfPeak * spentSeconds };
}

/** A master is one core: Redis runs commands in one thread. */
function redisStores(given: Assumptions, redis: RedisCost): Need[] {
  const { callsPerSecond: calls, depositsPerCall: deposits, retrievalsPerCall: retrievals, load } = given;
  const perCall = (of: (cost: RedisCost['deposit']) => number): number =>
    deposits * of(redis.deposit) + retrievals * of(redis.retrieval);
  const text = (of: (cost: RedisCost['deposit']) => number): string =>
    `${number(calls)} x (${deposits} x ${of(redis.deposit)} + ${retrievals} x ${of(redis.retrieval)})`;
  const commands = (cost: RedisCost['deposit']): number =>
    Math.round(100 * Object.values(cost.commands).reduce((sum, one) => sum + one, 0)) / 100;
  const lying = calls * deposits * given.redisKeptSeconds * redis.bytesPerDeposit;
  const spent = spentOfDay(given);
  const spentBytes = spent.tokens * redis.bytesPerSpentToken;
  const hour = calls * deposits * given.spentSecondsOfHour;
  const byCpu = Math.ceil((calls * perCall(({ masters }) => masters)) / 1e6 / load);
  const mastersFor = (bytes: number): number => Math.ceil(bytes / given.redisNodeBytes / load);
  const node = `${gigabytes(given.redisNodeBytes)} / ${load}`;
  const cost = ({ bytes, seconds, each }: { bytes: number; seconds: string; each: number }) => ({
    arithmetic: `${seconds}, each ${number(each)} B`,
    result: gigabytes(bytes),
  });
  return [
    {
      what: 'CPS, store in Redis: cores',
      arithmetic: `${text(({ cps }) => cps)} us / ${load}`,
      result: nodesOf((calls * perCall(({ cps }) => cps)) / 1e6, given),
    },
    {
      what: 'Redis: commands',
      arithmetic: text(commands),
      result: `${number(calls * perCall(commands))} a second`,
    },
    {
      what: 'Redis: deposits that lie',
      ...cost({
        bytes: lying,
        seconds: `${number(calls)} x ${deposits} x ${given.redisKeptSeconds} s`,
        each: redis.bytesPerDeposit,
      }),
    },
    {
      what: 'Redis: spent tokens of a day',
      ...cost({ bytes: spentBytes, seconds: spent.text, each: redis.bytesPerSpentToken }),
    },
    {
      what: 'Redis: masters by CPU time',
      arithmetic: `${text(({ masters }) => masters)} us / ${load}`,
      result: `${byCpu}`,
    },
    {
      what: 'Redis: masters by memory',
      arithmetic: `(${gigabytes(lying)} + ${gigabytes(spentBytes)}) / ${node}`,
      result: `${mastersFor(lying + spentBytes)}`,
    },
    {
      what: '**Redis: masters**',
      arithmetic: 'the larger of the two',
      result: `**${Math.max(byCpu, mastersFor(lying + spentBytes))} masters**, and a replica for each`,
    },
    {
      what: 'Redis: masters by memory, if there were an issuer key for each hour',
      arithmetic: `(${gigabytes(lying)} + ${number(calls)} x ${deposits} x ${number(given.spentSecondsOfHour)} s x ${redis.bytesPerSpentToken} B) / ${node}`,
      result: `${mastersFor(lying + hour * redis.bytesPerSpentToken)}`,
    },
  ];
}

function gigabytes(bytes: number): string {
  const value = bytes / 1e9;
  return `${value < 10 ? value.toFixed(1) : number(value)} GB`;
}

function number(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
