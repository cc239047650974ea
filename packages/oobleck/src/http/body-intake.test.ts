import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BodyIntake, isBodyOverdue, type Receiving } from './body-intake.ts';
import { createLentMemory, LENT_BYTES } from './lent-memory.ts';
import type { OpenExchange } from './open-exchanges.ts';

const LIMIT = 3 * LENT_BYTES;
const BOUNDS = { limitBytes: LIMIT, timeoutMs: 1_000 };

function createContext(maximumLent: number) {
  const memory = createLentMemory(maximumLent);
  let lent = 0;
  const added: OpenExchange[] = [];
  return {
    added,
    get lent() {
      return lent;
    },
    context: {
      responseTimeoutMs: 60_000,
      open: { now: 0, size: 0, add: (one: OpenExchange) => added.push(one), remove() {}, close() {} },
      memory: {
        take() {
          const taken = memory.take();
          if (taken !== undefined) lent++;
          return taken;
        },
        giveBack(given: Uint8Array) {
          lent--;
          memory.giveBack(given);
        },
      },
    },
  };
}

/** Answers as the exchanges do: the body's memory is given back. */
function createExchange(context: object) {
  const refusals: unknown[] = [];
  const exchange = {
    context,
    dueAtMs: 60_000,
    intake: undefined as BodyIntake | undefined,
    answer: () => exchange.intake?.release(),
    refuse(error: unknown) {
      refusals.push(error);
      exchange.intake?.release();
    },
  };
  return { exchange: exchange as typeof exchange & Receiving, refusals };
}

function createSource(): Readable {
  return new Readable({ read: () => undefined });
}

/** Events without waiting for a turn of the loop. */
function send(source: Readable, pieces: readonly Uint8Array[]): void {
  for (const piece of pieces) source.emit('data', piece);
}

describe('a body', () => {
  it('comes whole, however it was cut and whatever else came between, with its length announced or not', () => {
    const body = fc.record({
      length: fc.oneof(fc.nat(40), fc.nat(70_000), fc.nat(LIMIT)),
      cuts: fc.array(fc.nat(LIMIT), { maxLength: 6 }),
      isAnnounced: fc.boolean(),
      fill: fc.nat(255),
    });
    const check = (
      bodies: readonly { length: number; cuts: number[]; isAnnounced: boolean; fill: number }[],
    ) => {
      const { context, ...seen } = createContext(2);
      const received: Uint8Array[] = [];
      const running = bodies.map(({ length, cuts, isAnnounced, fill }, at) => {
        const bytes = Uint8Array.from({ length }, (_, i) => (i * 7 + fill) & 0xff);
        const places = [0, ...cuts.filter((cut) => cut < length).sort((a, b) => a - b), length];
        const pieces = places.slice(1).map((end, i) => bytes.slice(places[i], end));
        const { exchange } = createExchange(context);
        const source = createSource();
        exchange.intake = new BodyIntake(
          exchange,
          source,
          isAnnounced ? length : undefined,
          BOUNDS,
          (whole) => {
            received[at] = whole.slice();
          },
        );
        return { bytes, pieces: pieces.filter((piece) => piece.length > 0), source, exchange };
      });
      for (let turn = 0; turn < 8; turn++)
        for (const { pieces, source } of running) send(source, pieces.slice(turn, turn + 1));
      for (const { source } of running) source.emit('end');
      for (const { exchange } of running) exchange.answer();
      for (const [at, { bytes }] of running.entries()) expect(Buffer.compare(received[at]!, bytes)).toBe(0);
      expect(seen.lent).toBe(0);
    };
    fc.assert(fc.property(fc.array(body, { minLength: 1, maxLength: 4 }), check), { numRuns: 60 });
  });

  it('is not copied where it comes in one piece', () => {
    const seen = createContext(2);
    const { exchange } = createExchange(seen.context);
    const source = createSource();
    const piece = new Uint8Array(100).fill(5);
    let received: Uint8Array | undefined;
    exchange.intake = new BodyIntake(exchange, source, 100, BOUNDS, (body) => {
      received = body;
    });
    send(source, [piece]);
    source.emit('end');
    expect(received!.buffer).toBe(piece.buffer);
    expect(seen.lent).toBe(0);
  });

  it('that is too long is refused with 413, and what comes of it afterwards touches nothing', () => {
    const seen = createContext(1);
    const { exchange, refusals } = createExchange(seen.context);
    const source = createSource();
    exchange.intake = new BodyIntake(exchange, source, undefined, { limitBytes: 20, timeoutMs: 1 }, () => {
      throw new Error('received');
    });
    const pieces = [new Uint8Array(15), new Uint8Array(6)];
    send(source, pieces);
    expect(refusals).toMatchObject([{ problem: { status: 413 } }]);
    const next = seen.context.memory.take()!;
    next.fill(9);
    send(source, [new Uint8Array(4).fill(1)]);
    source.emit('end');
    expect(next.every((byte) => byte === 9)).toBe(true);
    expect(refusals).toHaveLength(1);
  });

  it('that is overdue is refused with 408, once, and not received when its end comes after all', () => {
    const seen = createContext(1);
    const { exchange, refusals } = createExchange(seen.context);
    const source = createSource();
    exchange.intake = new BodyIntake(exchange, source, 40, BOUNDS, () => {
      throw new Error('received');
    });
    expect(exchange.dueAtMs).toBe(1_000);
    send(source, [new Uint8Array(15), new Uint8Array(5)]);
    expect(seen.lent).toBe(1);
    expect(isBodyOverdue(exchange)).toBe(true);
    expect(refusals).toMatchObject([{ problem: { status: 408 } }]);
    expect(seen.added).toEqual([exchange]);
    expect(seen.lent).toBe(0);
    source.emit('end');
    expect(isBodyOverdue(exchange)).toBe(false);
    expect(refusals).toHaveLength(1);
  });

  it('keeps its memory until the answer, which may be later', () => {
    const seen = createContext(1);
    const { exchange } = createExchange(seen.context);
    const source = createSource();
    let received: Uint8Array | undefined;
    exchange.intake = new BodyIntake(exchange, source, 20, BOUNDS, (body) => {
      received = body;
    });
    send(source, [new Uint8Array(12).fill(1), new Uint8Array(8).fill(2)]);
    source.emit('end');
    expect(seen.lent).toBe(1);
    expect([...received!]).toEqual([...new Array(12).fill(1), ...new Array(8).fill(2)]);
    exchange.answer();
    expect(seen.lent).toBe(0);
  });
});
