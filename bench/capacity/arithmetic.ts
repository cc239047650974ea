// From what one operation costs to what a nation's calls need: cores, nodes, bytes and shards. Plain multiplication, so that
// whoever has other figures can put them in.

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
  /** How long a spent token is remembered at most: its day and the grace. */
  readonly spentSeconds: number;
  /** The day's mean rate as a part of the busiest second's. */
  readonly meanOfPeak: number;
  readonly redisCommandsPerSecond: number;
  readonly redisCommandsPerDeposit: number;
  readonly redisCommandsPerRetrieval: number;
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
  meanOfPeak: 0.4,
  redisCommandsPerSecond: 60_000,
  redisCommandsPerDeposit: 2,
  redisCommandsPerRetrieval: 1,
};

export interface Need {
  readonly what: string;
  readonly arithmetic: string;
  readonly result: string;
}

const ROLES: readonly (readonly [string, readonly (readonly [string, keyof Assumptions | 1])[]])[] = [
  [
    'CPS',
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

export function needs(rates: Rates, given: Assumptions): Need[] {
  return [
    ...ROLES.map(([role, parts]) => coresOf(role, parts, rates, given)),
    ...wires(given),
    ...stores(given),
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
  const cores = Math.ceil(busy / given.load);
  const nodes = Math.ceil(cores / given.coresPerNode);
  return {
    what: `${role}: cores`,
    arithmetic: `(${terms.map(({ text }) => text).join(' + ')}) / ${given.load}`,
    result: `${cores} cores, ${nodes} ${nodes === 1 ? 'node' : 'nodes'} of ${given.coresPerNode}`,
  };
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

function stores(given: Assumptions): Need[] {
  const { callsPerSecond, depositsPerCall, lifetimeSeconds, bytesPerDeposit, bytesPerSpentToken } = given;
  const { spentSeconds, meanOfPeak, load } = given;
  const live = callsPerSecond * depositsPerCall * lifetimeSeconds;
  const spent = callsPerSecond * depositsPerCall * meanOfPeak * spentSeconds;
  const perDeposit = depositsPerCall * given.redisCommandsPerDeposit;
  const perRetrieval = given.retrievalsPerCall * given.redisCommandsPerRetrieval;
  const commands = callsPerSecond * (perDeposit + perRetrieval);
  const shards = Math.ceil(commands / given.redisCommandsPerSecond / load);
  return [
    {
      what: 'live deposits',
      arithmetic: `${number(callsPerSecond)} x ${depositsPerCall} x ${lifetimeSeconds} s = ${number(live)}, each ${number(bytesPerDeposit)} B`,
      result: `${((live * bytesPerDeposit) / 1e9).toFixed(1)} GB`,
    },
    {
      what: 'spent tokens of a day',
      arithmetic: `${number(callsPerSecond)} x ${depositsPerCall} x ${meanOfPeak} x ${number(spentSeconds)} s, each ${bytesPerSpentToken} B`,
      result: `${Math.round((spent * bytesPerSpentToken) / 1e9)} GB`,
    },
    {
      what: 'Redis: masters',
      arithmetic: `${number(callsPerSecond)} x (${perDeposit} + ${perRetrieval}) / ${number(given.redisCommandsPerSecond)} / ${load}`,
      result: `${shards} masters, and a replica for each`,
    },
  ];
}

function number(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
