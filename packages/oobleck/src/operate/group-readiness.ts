// Whether a group of processes that answer on one port is fit to take calls: only where each of them is, since nobody knows
// which one a connection comes to. The primary asks each of them several times a second, one question at a time, and tells
// with it what holds for all; whoever is asked for health answers at once from what was told last. Silence is a no, in both
// directions.

import type { Readiness } from './readiness.ts';

/** How often each is asked. */
export const GROUP_BEAT_MS = 500;
/** Who has not been heard for so long is not there. */
export const GROUP_SILENT_MS = 2_000;

export interface GroupReadinessOptions {
  /** Processes that there must be. */
  readonly count: number;
  /** Asks one for its own readiness, and tells it whether all are ready. */
  readonly ask: (name: number, isReady: boolean) => void;
  /** Milliseconds from any origin. */
  readonly now: () => number;
}

/** In the primary process. */
export interface GroupReadiness {
  /** It has begun to serve. */
  add(name: number): void;
  remove(name: number): void;
  /** What it says of itself, asked or not. */
  answered(name: number, isReady: boolean): void;
  /** Every `GROUP_BEAT_MS`. */
  beat(): void;
}

interface Member {
  readonly name: number;
  isReady: boolean;
  heardMs: number;
  /** Nothing more is sent to one that does not answer: what waits for it is one message, however long it is silent. */
  isAsked: boolean;
  toldReady: boolean | undefined;
}

export function createGroupReadiness({ count, ask, now }: GroupReadinessOptions): GroupReadiness {
  const members = new Map<number, Member>();
  let isReady = false;
  const send = (member: Member): void => {
    if (member.isAsked) return;
    member.isAsked = true;
    member.toldReady = isReady;
    ask(member.name, isReady);
  };
  const look = (): void => {
    const sinceMs = now() - GROUP_SILENT_MS;
    isReady =
      members.size >= count && [...members.values()].every((one) => one.isReady && one.heardMs > sinceMs);
    for (const member of members.values()) if (member.toldReady !== isReady) send(member);
  };
  return {
    add(name) {
      members.set(name, { name, isReady: false, heardMs: now(), isAsked: false, toldReady: undefined });
      look();
    },
    remove(name) {
      members.delete(name);
      look();
    },
    answered(name, isWell) {
      const member = members.get(name);
      if (member === undefined) return;
      member.isReady = isWell;
      member.heardMs = now();
      member.isAsked = false;
      look();
    },
    beat() {
      look();
      for (const member of members.values()) send(member);
    },
  };
}

/** In one of the processes. */
export interface SharedReadiness {
  /** Its own and that of the others, which is the check `workers`. */
  readonly readiness: Readiness;
  /** What the primary told. */
  heard(isReady: boolean): void;
}

/**
 * @param own what this process says of itself
 * @param tell what it says changes now, other than by a check
 * @param now milliseconds from any origin
 */
export function createSharedReadiness(own: Readiness, tell: () => void, now: () => number): SharedReadiness {
  let isGroupReady = false;
  let heardMs = Number.NEGATIVE_INFINITY;
  return {
    readiness: {
      add: own.add,
      drain() {
        own.drain();
        tell();
      },
      state() {
        const { isReady, isDraining, checks } = own.state();
        const workers = isGroupReady && now() - heardMs < GROUP_SILENT_MS;
        return { isReady: isReady && workers, isDraining, checks: { ...checks, workers } };
      },
    },
    heard(isReady) {
      isGroupReady = isReady;
      heardMs = now();
    },
  };
}
