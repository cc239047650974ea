// How many blobs lie in a shard, at most: so that not each deposit counts them. A number here is never less than what lies
// there. It was counted within a transaction that was committed, and grows with each blob that is added since, by this
// process (`added`) or by another (its news, read as a transaction begins, when nobody else can write); what goes makes it
// too large, and it is counted anew before anything is done for that. Whatever would leave a blob out forgets all: a
// transaction that was not committed, which may have counted what it took away, and news that were dropped unread.

import type { ChangeLog } from './change-log.ts';

export interface ShardBounds {
  /** As each transaction begins. @param isKept whether the one before was committed */
  begin(isKept: boolean): void;
  /** Within a transaction, once a blob lies in the shard. @param news its number @returns not less than lies there; beyond `most` exact */
  added(shard: string, news: number): number;
}

const NEWS_READ = 4_096;
const MAXIMUM_SHARDS = 65_536;

/** @param most beyond which a bound is not believed @param count of the blobs in a shard, exact up to `most` + 1 */
export function createShardBounds(
  news: ChangeLog,
  most: number,
  count: (shard: string) => number,
): ShardBounds {
  const bounds = new Map<string, number>();
  let read: number | undefined;
  const forget = (): void => {
    bounds.clear();
    read = news.newest;
  };
  return {
    begin(isKept) {
      if (!isKept || read === undefined) return forget();
      const unread = news.since(read, NEWS_READ);
      if (unread.length === NEWS_READ || (unread[0]?.number ?? read + 1) !== read + 1) return forget();
      for (const { number, entry } of unread) {
        read = number;
        const shard = entry.toString('utf8', 0, entry.indexOf(0));
        const bound = bounds.get(shard);
        if (bound !== undefined) bounds.set(shard, bound + 1);
      }
    },
    added(shard, number) {
      read = number;
      const before = bounds.get(shard);
      const bound = before === undefined || before >= most ? count(shard) : before + 1;
      if (before === undefined && bounds.size >= MAXIMUM_SHARDS) bounds.clear();
      bounds.set(shard, bound);
      return bound;
    },
  };
}
