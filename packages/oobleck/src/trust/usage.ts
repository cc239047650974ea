// Which of the chains that listed repositories served are in use, and when each is to be fetched anew: only what calls asked for
// since the last fetch, so that what nobody needs is forgotten.

export interface Usage {
  used(url: string): void;
  fetched(url: string, dueAtMs: number): void;
  /** Those asked for since they were fetched, and due. Each is given out again half a minute later at the earliest. */
  due(nowMs: number): string[];
}

const RETRY_MS = 30_000;

/** @param capacity how many URLs are kept, the oldest given up first */
export function createUsage(capacity: number): Usage {
  const chains = new Map<string, { dueAtMs: number; isUsed: boolean }>();
  return {
    used(url) {
      const chain = chains.get(url);
      if (chain !== undefined) chain.isUsed = true;
    },
    fetched(url, dueAtMs) {
      chains.delete(url);
      chains.set(url, { dueAtMs, isUsed: false });
      if (chains.size > capacity) chains.delete(chains.keys().next().value!);
    },
    due(nowMs) {
      const urls: string[] = [];
      for (const [url, chain] of chains) {
        if (!chain.isUsed || chain.dueAtMs > nowMs) continue;
        chain.dueAtMs = nowMs + RETRY_MS;
        urls.push(url);
      }
      return urls;
    },
  };
}
