// Which node of a cluster a command goes to, and the straight way there: the slot of its key is looked up once, and all that one
// turn of the event loop has for a node leaves in one write. The library's own way costs as much as all the rest of a
// deposit; it is taken for whatever the node does not answer itself (moved, asked for elsewhere, gone, down), since it knows what to do.

import { type Cluster, Redis } from 'ioredis';
import type { Argument, RedisCommand } from './redis-link.ts';
import { StoreAwayError } from './store-away-error.ts';

/** Answered in bytes. Of `eval` and `evalsha` the arguments are those of Redis: script, number of keys (one), key... */
export type SendCommand = (command: RedisCommand, rest: readonly Argument[]) => Promise<unknown>;

type Methods = Record<string, (...rest: readonly Argument[]) => Promise<unknown>>;

/** Bytes that a node has not taken. One that is behind so far is paused or cut off; more would only fill this process. */
const MOST_UNSENT_BYTES = 8_388_608;

/** As the library does it. */
export function sendThrough(client: Redis): SendCommand {
  return (command, rest) =>
    isBehind(client) ? Promise.reject(new StoreAwayError()) : send(client, command, rest);
}

/** What only the cluster as a whole can mend. */
const NOT_THIS_NODE = /^(?:MOVED|ASK|TRYAGAIN|CLUSTERDOWN) |^Connection is closed/;

export function createClusterRoute(cluster: Cluster): SendCommand {
  return (command, rest) => {
    const isScript = command === 'evalsha' || command === 'eval';
    const node = nodeOf(cluster, String(rest[isScript ? 2 : 0]));
    if (node?.status !== 'ready') return send(cluster, command, rest);
    if (isBehind(node)) return Promise.reject(new StoreAwayError());
    gatherTurn(node);
    return send(node, command, rest).catch((error: unknown) => {
      if (error instanceof Error && NOT_THIS_NODE.test(error.message)) return send(cluster, command, rest);
      throw error;
    });
  };
}

/** There is no stream before the first connection. */
function isBehind(node: Redis): boolean {
  const stream: Redis['stream'] | undefined = node.stream;
  return stream !== undefined && stream.writableLength > MOST_UNSENT_BYTES;
}

function send(client: Redis | Cluster, command: RedisCommand, rest: readonly Argument[]): Promise<unknown> {
  return (client as unknown as Methods)[`${command}Buffer`]!(...rest);
}

/** What is written to the node before the event loop waits again leaves together. */
function gatherTurn({ stream }: Redis): void {
  if (stream.writableCorked > 0) return;
  stream.cork();
  setImmediate(() => stream.uncork());
}

/** The connection that a write to this key went through. */
export function nodeOf(client: Redis | Cluster, key: string): Redis | undefined {
  if (client instanceof Redis) return client;
  const internal = client as unknown as {
    readonly slots: readonly (readonly string[] | undefined)[];
    readonly connectionPool: { getInstanceByKey(key: string): Redis | undefined };
  };
  const [name] = internal.slots[slotOf(key)] ?? [];
  return name === undefined ? undefined : internal.connectionPool.getInstanceByKey(name);
}

const CRC = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021;
  return crc;
});

/** CRC-16/XMODEM of the hash tag, or of the whole key, modulo 16384. */
export function slotOf(key: string): number {
  const open = key.indexOf('{');
  const close = open < 0 ? -1 : key.indexOf('}', open + 1);
  const tag = Buffer.from(close > open + 1 ? key.slice(open + 1, close) : key);
  let crc = 0;
  for (let at = 0; at < tag.length; at++) crc = ((crc << 8) ^ CRC[((crc >> 8) ^ tag[at]!) & 0xff]!) & 0xffff;
  return crc % 16_384;
}
