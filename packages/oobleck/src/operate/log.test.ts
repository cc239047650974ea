import { StirError } from '@oobleck/stir';
import { describe, expect, it } from 'vitest';
import { createEventLog, type LogFields } from './log.ts';

function record(fields: LogFields): Record<string, unknown> {
  const lines: string[] = [];
  const log = createEventLog({ destination: { write: (line) => void lines.push(line) } });
  log.warn('something-happened', fields);
  expect(lines.length).toBe(1);
  return JSON.parse(lines[0]!);
}

describe('event log', () => {
  it('writes the event and the fields of the list', () => {
    const fields = {
      role: 'cps',
      reason: 'refused-address',
      host: 'cps.example.net',
      port: 443,
      elapsedMs: 1.5,
    };
    expect(record(fields)).toEqual({
      level: 'warn',
      time: expect.any(Number),
      event: 'something-happened',
      ...fields,
    });
  });

  it('drops what is not of the list, and words that may carry content', () => {
    const fields = {
      caller: '12155551212',
      reason: 'from 12155551212',
      host: '12155551212.example.net',
      role: 'eyJhbGciOiJFUzI1NiJ9.eyJvcmlnIjp7InRuIjoiMTIxNTU1NTEyMTIifX0='.repeat(5),
    };
    expect(Object.keys(record(fields as LogFields)).sort()).toEqual(['event', 'level', 'time']);
  });

  it('keeps class, code and place of an error, never what it quotes', () => {
    const quoting = (() => {
      try {
        return JSON.parse('{"orig":12155551212x');
      } catch (error) {
        return error;
      }
    })();
    const text = JSON.stringify(record({ error: quoting }));
    expect(text).toContain('SyntaxError');
    expect(text).toContain('log.test.ts');
    expect(text).not.toContain('1215555');
  });

  it('keeps the message of the one class whose messages are made for it', () => {
    const { error } = record({ error: new StirError('ERR_KEY_FORMAT', 'not a key') });
    expect(error).toMatchObject({ class: 'StirError', code: 'ERR_KEY_FORMAT', message: 'not a key' });
  });

  it('writes nothing below its level', () => {
    const lines: string[] = [];
    const log = createEventLog({ destination: { write: (line) => void lines.push(line) } });
    log.debug('quiet');
    expect(lines).toEqual([]);
  });
});
