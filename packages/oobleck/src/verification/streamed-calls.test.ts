import { encodeBase64url, encodeUtf8 } from '@oobleck/stir/bytes';
import { describe, expect, it } from 'vitest';
import { createStreamedCalls } from './streamed-calls.ts';
import { CALLED, createWorld } from './verification-fixture.ts';

const world = await createWorld();
const OTHER = '12155551299';
const MAILBOXES = new Set(['box']);
const envelopeFor = (...dest: string[]) => ({ passports: [world.passportOf({ dest: dest as never })] });
const wanted = (...called: string[]) => ({ called, mailboxes: MAILBOXES });

describe('what streams brought', () => {
  it('is found by each number that a PASSporT names as called, in mailboxes that may be looked into', () => {
    const calls = createStreamedCalls(world.clock.ms);
    const [one, both] = [envelopeFor(CALLED), envelopeFor(CALLED, OTHER)];
    calls.add('box', one);
    calls.add('box', both);
    calls.add('another tenant’s', envelopeFor(CALLED));
    expect(calls.recall(wanted(CALLED))).toEqual([one, both]);
    expect(calls.recall(wanted(OTHER))).toEqual([both]);
    expect(calls.recall(wanted(OTHER, CALLED))).toHaveLength(2);
    expect(calls.recall(wanted('12155551200'))).toEqual([]);
    expect(calls.recall({ called: [CALLED], mailboxes: new Set() })).toEqual([]);
  });

  it('is told to who waits for it, once, and no longer than that', () => {
    const calls = createStreamedCalls(world.clock.ms);
    const told: unknown[] = [];
    const end = calls.watch(wanted(CALLED, OTHER), (envelope) => told.push(envelope));
    const [both, strange] = [envelopeFor(CALLED, OTHER), envelopeFor(CALLED)];
    calls.add('box', both);
    calls.add('another', strange);
    expect(told).toEqual([both]);
    end();
    end();
    calls.add('box', envelopeFor(CALLED));
    expect(told).toHaveLength(1);
  });

  it('keeps no cover, and nothing that no call could take', () => {
    const calls = createStreamedCalls(world.clock.ms);
    calls.add('box', { passports: [] });
    calls.add('box', { passports: ['nonsense', encodeBase64url(encodeUtf8('{}'))] });
    expect(calls.size).toBe(0);
  });

  it('is forgotten after two minutes', () => {
    const calls = createStreamedCalls(world.clock.ms);
    calls.add('box', envelopeFor(CALLED));
    world.clock.advance(119);
    expect(calls.recall(wanted(CALLED))).toHaveLength(1);
    world.clock.advance(1);
    expect(calls.recall(wanted(CALLED))).toEqual([]);
    calls.add('box', envelopeFor(OTHER));
    expect([calls.size, calls.hasGap('box')]).toEqual([1, false]);
  });

  it('is bounded: the oldest gives way, and for as long as it counts there is a gap', () => {
    const calls = createStreamedCalls(world.clock.ms, 3);
    for (let i = 0; i < 3; i++) calls.add('box', envelopeFor(i === 0 ? OTHER : CALLED));
    expect(calls.hasGap('box')).toBe(false);
    calls.add('box', envelopeFor(CALLED));
    expect([calls.size, calls.hasGap('box')]).toEqual([3, true]);
    expect(calls.recall(wanted(OTHER))).toEqual([]);
    world.clock.advance(120);
    expect(calls.hasGap('box')).toBe(false);
  });

  it('a flood about one number lets its oldest give way, and has the mailbox asked; others keep theirs', () => {
    const calls = createStreamedCalls(world.clock.ms);
    const [genuine, other] = [envelopeFor(CALLED), envelopeFor(OTHER)];
    calls.add('box', genuine);
    calls.add('another', other);
    for (let i = 0; i < 127; i++) calls.add('box', envelopeFor(CALLED));
    expect([calls.recall(wanted(CALLED))[0], calls.hasGap('box')]).toEqual([genuine, false]);
    for (let i = 0; i < 10; i++) calls.add('box', envelopeFor(CALLED));
    expect(calls.recall(wanted(CALLED))).toHaveLength(128);
    expect([calls.hasGap('box'), calls.hasGap('another')]).toEqual([true, false]);
    expect(calls.recall({ called: [OTHER], mailboxes: new Set(['another']) })).toEqual([other]);
  });
});
