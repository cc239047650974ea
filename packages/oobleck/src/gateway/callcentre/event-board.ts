// What agents' software is told, by tenant: a bounded ring of events, so that who lost its connection goes on where it
// was, and those who listen now. A tenant sees only its own.

export interface BoardEvent {
  /** Names it within this process and all before it. */
  readonly id: string;
  readonly name: string;
  /** JSON. */
  readonly data: string;
}

export interface EventBoard {
  publish(tenant: string, name: string, data: object): void;
  /**
   * Hands over what came after `lastId`, then what comes. Where what came after it is no longer known, or `lastId` is not
   * of this process, the first is an event `gap` without an id.
   * @param lastId `undefined` for only what comes
   * @returns what ends it
   */
  listen(tenant: string, lastId: string | undefined, receive: (event: BoardEvent) => void): () => void;
  /** Those who listen for a tenant. */
  listeners(tenant: string): number;
}

interface TenantBoard {
  readonly ring: { readonly count: number; readonly event: BoardEvent }[];
  readonly listeners: Set<{ readonly receive: (event: BoardEvent) => void }>;
  count: number;
}

const GAP: BoardEvent = { id: '', name: 'gap', data: '{}' };

/**
 * @param epoch of this process, unlike any other's
 * @param maximum events kept for a tenant, default 1024
 */
export function createEventBoard(epoch: string, maximum = 1_024): EventBoard {
  const boards = new Map<string, TenantBoard>();
  const boardOf = (tenant: string): TenantBoard => {
    const known = boards.get(tenant) ?? { ring: [], listeners: new Set(), count: 0 };
    boards.set(tenant, known);
    return known;
  };
  return {
    publish(tenant, name, data) {
      const board = boardOf(tenant);
      const event = { id: `${epoch}-${++board.count}`, name, data: JSON.stringify(data) };
      board.ring.push({ count: board.count, event });
      if (board.ring.length > maximum) board.ring.shift();
      for (const { receive } of board.listeners) receive(event);
    },
    listen(tenant, lastId, receive) {
      const board = boardOf(tenant);
      if (lastId !== undefined) {
        const after = countOf(lastId, epoch);
        const first = board.ring[0]?.count ?? board.count + 1;
        if (after === undefined || after > board.count || after + 1 < first) receive(GAP);
        for (const { count, event } of board.ring) if (count > (after ?? 0)) receive(event);
      }
      const listener = { receive };
      board.listeners.add(listener);
      return () => void board.listeners.delete(listener);
    },
    listeners: (tenant) => boards.get(tenant)?.listeners.size ?? 0,
  };
}

function countOf(id: string, epoch: string): number | undefined {
  const count = id.startsWith(`${epoch}-`) ? id.slice(epoch.length + 1) : '';
  return /^[0-9]{1,15}$/.test(count) ? Number(count) : undefined;
}
