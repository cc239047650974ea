import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createEventLog } from './log.ts';
import { createShutdown } from './shutdown.ts';

const log = createEventLog({ level: 'silent' });

describe('shutdown', () => {
  it('closes in reverse order, one after the other, at the first signal only', async () => {
    const signals = new EventEmitter();
    const { add, done } = createShutdown({ log, signals });
    const seen: string[] = [];
    for (const role of ['store', 'cps', 'listener'])
      add(role, async () => {
        seen.push(`${role} begins`);
        await Promise.resolve();
        seen.push(`${role} ends`);
      });
    signals.emit('SIGTERM', 'SIGTERM');
    expect(signals.listenerCount('SIGTERM') + signals.listenerCount('SIGINT')).toBe(0);
    expect(await done).toBe(true);
    expect(seen).toEqual(['listener', 'cps', 'store'].flatMap((role) => [`${role} begins`, `${role} ends`]));
  });

  it('goes on after a closer that fails', async () => {
    const { add, now } = createShutdown({ log, signals: new EventEmitter() });
    let isClosed = false;
    add('store', () => {
      isClosed = true;
    });
    add('cps', () => Promise.reject(new Error('no')));
    expect(await now('test')).toBe(true);
    expect(isClosed).toBe(true);
  });

  it('does not wait longer than its bound', async () => {
    const { add, now } = createShutdown({ log, signals: new EventEmitter(), boundMs: 20 });
    add('cps', () => new Promise(() => {}));
    expect(await now('test')).toBe(false);
    expect(await now('again')).toBe(false);
  });
});
