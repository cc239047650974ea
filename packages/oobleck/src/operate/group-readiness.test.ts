import { describe, expect, it } from 'vitest';
import {
  createGroupReadiness,
  createSharedReadiness,
  GROUP_BEAT_MS,
  GROUP_SILENT_MS,
} from './group-readiness.ts';
import { createReadiness } from './readiness.ts';

/** Processes that answer at once, unless they are silent, over a clock that only the test moves. */
function createWorld(count: number) {
  let nowMs = 0;
  const now = () => nowMs;
  const processes = new Map<number, ReturnType<typeof join>>();
  const asked: number[] = [];
  const group = createGroupReadiness({
    count,
    now,
    ask(name, isReady) {
      asked.push(name);
      processes.get(name)!.receive(isReady);
    },
  });
  function join(name: number) {
    const own = createReadiness();
    const waiting: boolean[] = [];
    const answer = (): void => group.answered(name, own.state().isReady);
    const { readiness, heard } = createSharedReadiness(own, () => answer(), now);
    const one = {
      readiness,
      isSilent: false,
      receive(isReady: boolean) {
        if (one.isSilent) return void waiting.push(isReady);
        heard(isReady);
        answer();
      },
      speakAgain() {
        one.isSilent = false;
        for (const isReady of waiting.splice(0)) one.receive(isReady);
      },
    };
    return one;
  }
  return {
    group,
    asked,
    start(name: number) {
      const one = join(name);
      processes.set(name, one);
      group.add(name);
      return one;
    },
    end(name: number) {
      processes.delete(name);
      group.remove(name);
    },
    pass(ms: number) {
      for (const end = nowMs + ms; nowMs < end; nowMs += GROUP_BEAT_MS) group.beat();
    },
    /** Without the primary. */
    alone(ms: number) {
      nowMs += ms;
    },
  };
}

describe('a group of processes', () => {
  const two = () => {
    const world = createWorld(2);
    return { ...world, one: world.start(1), other: world.start(2) };
  };

  it('is ready once all of them serve, and each says so', () => {
    const world = createWorld(2);
    const one = world.start(1);
    world.pass(1_000);
    expect(one.readiness.state()).toEqual({ isReady: false, isDraining: false, checks: { workers: false } });
    const other = world.start(2);
    for (const { readiness } of [one, other])
      expect(readiness.state()).toEqual({ isReady: true, isDraining: false, checks: { workers: true } });
  });

  it('is not ready from the moment that one drains', () => {
    const { one, other } = two();
    other.readiness.drain();
    expect(one.readiness.state()).toEqual({ isReady: false, isDraining: false, checks: { workers: false } });
    expect(other.readiness.state()).toMatchObject({ isReady: false, isDraining: true });
  });

  it('learns with the next question that a part of one works no longer, and that it works again', () => {
    const { one, other, pass } = two();
    let isStoreThere = true;
    other.readiness.add('store', () => isStoreThere);
    pass(GROUP_BEAT_MS);
    expect(one.readiness.state().isReady).toBe(true);
    isStoreThere = false;
    pass(GROUP_BEAT_MS);
    expect(one.readiness.state().isReady).toBe(false);
    isStoreThere = true;
    pass(GROUP_BEAT_MS);
    expect([one, other].map(({ readiness }) => readiness.state().isReady)).toEqual([true, true]);
  });

  it('takes silence for a no within its bound, and asks whoever is silent once', () => {
    const { one, other, asked, pass } = two();
    pass(GROUP_BEAT_MS);
    other.isSilent = true;
    asked.length = 0;
    pass(GROUP_SILENT_MS - GROUP_BEAT_MS);
    expect(one.readiness.state().isReady).toBe(true);
    pass(2 * GROUP_BEAT_MS);
    expect(one.readiness.state()).toMatchObject({ isReady: false, checks: { workers: false } });
    pass(60_000);
    expect(asked.filter((name) => name === 2)).toHaveLength(1);
    other.speakAgain();
    expect([one, other].map(({ readiness }) => readiness.state().isReady)).toEqual([true, true]);
  });

  it('is not ready while one that has ended is missing', () => {
    const { one, start, end } = two();
    end(2);
    expect(one.readiness.state().isReady).toBe(false);
    start(3);
    expect(one.readiness.state().isReady).toBe(true);
  });

  it('nobody goes on saying yes for a primary that is silent', () => {
    const { one, pass, alone } = two();
    pass(GROUP_BEAT_MS);
    alone(GROUP_SILENT_MS);
    expect(one.readiness.state()).toMatchObject({ isReady: false, checks: { workers: false } });
    pass(GROUP_BEAT_MS);
    expect(one.readiness.state().isReady).toBe(true);
  });
});
