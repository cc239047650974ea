// Who watches which mailbox within one process: the part of `MailboxStore.watch` that every store has alike. How news
// of a blob travels between processes is the store's own business.

import type { BlobReceiver, StoredBlob } from './mailbox-store.ts';

export interface MailboxWatchers {
  watch(mailboxId: string, receive: BlobReceiver): () => void;
  /** Tells whoever watches the mailbox of this shard, `{mailboxId}/{shard}`. */
  tell(shard: string, blob: StoredBlob): void;
  isWatched(mailboxId: string): boolean;
}

export interface MailboxWatchersOptions {
  /** The first watcher of a mailbox came. */
  readonly onFirst?: (mailboxId: string) => void;
  /** The last watcher of a mailbox went. */
  readonly onLast?: (mailboxId: string) => void;
}

export function createMailboxWatchers({ onFirst, onLast }: MailboxWatchersOptions = {}): MailboxWatchers {
  const watchers = new Map<string, Set<{ readonly receive: BlobReceiver }>>();
  return {
    watch(mailboxId, receive) {
      const watcher = { receive };
      const known = watchers.get(mailboxId);
      if (known === undefined) watchers.set(mailboxId, new Set([watcher]));
      else known.add(watcher);
      if (known === undefined) onFirst?.(mailboxId);
      return () => {
        const left = watchers.get(mailboxId);
        if (left?.delete(watcher) !== true || left.size > 0) return;
        watchers.delete(mailboxId);
        onLast?.(mailboxId);
      };
    },
    tell(shard, blob) {
      if (watchers.size === 0) return;
      const slash = shard.lastIndexOf('/');
      const told = watchers.get(shard.slice(0, slash));
      if (told === undefined) return;
      const number = Number(shard.slice(slash + 1));
      const kept = { ...blob, bytes: blob.bytes.slice() };
      for (const { receive } of told) receive(number, kept);
    },
    isWatched: (mailboxId) => watchers.has(mailboxId),
  };
}
