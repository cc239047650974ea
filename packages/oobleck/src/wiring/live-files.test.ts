import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigurationError, type EventLog } from '../operate/index.ts';
import { createLiveFiles } from './live-files.ts';

let folder: string;
let at: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'live-'));
  at = 1_000;
});
afterEach(() => rmSync(folder, { recursive: true }));

const path = (name: string) => join(folder, name);
/** Every change has a time of its own, however quick the test. */
function write(name: string, text: string): void {
  writeFileSync(path(name), text);
  utimesSync(path(name), at, ++at);
}

function opened() {
  const events: string[] = [];
  const note =
    (level: string): EventLog['info'] =>
    (event, fields) =>
      void events.push(`${level} ${event} ${fields?.role}`);
  const log: EventLog = {
    debug: note('debug'),
    info: note('info'),
    warn: note('warn'),
    error: note('error'),
  };
  const live = createLiveFiles(log);
  const loads: string[] = [];
  const add = (name: string, load = () => {}) =>
    live.add({
      role: name,
      paths: [path(name)],
      load() {
        loads.push(name);
        load();
      },
    });
  return { live, events, loads, add };
}

const faulty = (field: string) => () => {
  throw new ConfigurationError([`${field}: not of the form it must have`]);
};

describe('files that are read again', () => {
  it('once for each change, and only those that changed', () => {
    write('a', '1');
    write('b', '1');
    const { live, events, loads, add } = opened();
    add('a');
    add('b');
    live.poll();
    expect(loads).toEqual([]);
    write('a', '2');
    live.poll();
    live.poll();
    expect(loads).toEqual(['a']);
    expect(events).toEqual(['info reloaded a']);
  });

  it('not while one is away', () => {
    write('a', '1');
    const { live, loads, add } = opened();
    add('a');
    rmSync(path('a'));
    live.poll();
    expect(loads).toEqual([]);
    write('a', '2');
    live.poll();
    expect(loads).toEqual(['a']);
  });

  it('a fault is logged once and waits for the next change', () => {
    write('a', '1');
    const { live, events, loads, add } = opened();
    add('a', faulty('x'));
    write('a', '2');
    live.poll();
    live.poll();
    expect(events).toEqual(['error reload-failed a']);
    write('a', '3');
    live.poll();
    expect(loads).toHaveLength(2);
  });

  it('all of them on demand: what is without fault is taken, all faults are named', () => {
    for (const name of ['a', 'b', 'c']) write(name, '1');
    const { live, loads, add } = opened();
    add('a', faulty('first'));
    add('b');
    add('c', faulty('second'));
    expect(() => live.reload()).toThrow(
      expect.objectContaining({
        faults: ['first: not of the form it must have', 'second: not of the form it must have'],
      }),
    );
    expect(loads).toEqual(['a', 'b', 'c']);
    live.poll();
    expect(loads).toHaveLength(3);
  });
});
