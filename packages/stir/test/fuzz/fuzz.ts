// The fuzzer: input after input out of a grammar, until the time is over. A parser may refuse with StirError or read;
// anything else it throws, and anything that takes long, is a finding. Every input can be made again from its seed.

import { StirError } from '../../src/stir-error.ts';
import { type Chance, createChance } from './chance.ts';
import { MAXIMUM_INPUT } from './damage.ts';

export interface Target {
  readonly name: string;
  /** Text, or bytes, of at most 64 KiB. */
  generate(chance: Chance): string | Uint8Array;
  /** Everything that reads such input, by name; the first one is a parser that may refuse. */
  readonly parsers: Readonly<Record<string, (input: never) => unknown>>;
}

export interface Finding {
  readonly target: string;
  readonly parser: string;
  /** With it alone, the same input comes again. */
  readonly seed: number;
  readonly input: string | Uint8Array;
  /** What was thrown, or how long it took. */
  readonly cause: unknown;
}

export interface Outcome {
  readonly inputs: number;
  /** How many of them the first parser read. */
  readonly read: number;
  readonly slowestMs: number;
  /** The first one ends the run. */
  readonly finding?: Finding;
}

export const LIMIT_MS = 50;
/** Beyond this it is tried again: on a busy machine once is nothing. */
const SUSPECT_MS = 10;
const ATTEMPTS = 10;

interface Trial {
  readonly isRead: boolean;
  readonly elapsedMs: number;
}

/** @param seconds 0 for one input */
export function fuzz(target: Target, seconds: number, firstSeed: number): Outcome {
  const endMs = performance.now() + seconds * 1_000;
  let inputs = 0;
  let read = 0;
  let slowestMs = 0;
  do {
    const seed = (firstSeed + inputs++) >>> 0;
    const input = target.generate(createChance(seed)).slice(0, MAXIMUM_INPUT);
    let isRead: boolean | undefined;
    for (const [parser, parse] of Object.entries(target.parsers)) {
      const found = (cause: unknown): Outcome => {
        return { inputs, read, slowestMs, finding: { target: target.name, parser, seed, input, cause } };
      };
      try {
        const trial = fastestTrial(parse as (input: string | Uint8Array) => unknown, input);
        slowestMs = Math.max(slowestMs, trial.elapsedMs);
        isRead ??= trial.isRead;
        if (trial.elapsedMs > LIMIT_MS) return found(`took ${trial.elapsedMs.toFixed(0)} ms`);
      } catch (cause) {
        return found(cause);
      }
    }
    if (isRead) read++;
  } while (performance.now() < endMs);
  return { inputs, read, slowestMs };
}

function fastestTrial(parse: (input: string | Uint8Array) => unknown, input: string | Uint8Array): Trial {
  let best = tried(parse, input);
  for (let attempt = 1; attempt < ATTEMPTS && best.elapsedMs > SUSPECT_MS; attempt++) {
    const again = tried(parse, input);
    if (again.elapsedMs < best.elapsedMs) best = again;
  }
  return best;
}

/** @throws whatever the parser throws that is no StirError */
function tried(parse: (input: string | Uint8Array) => unknown, input: string | Uint8Array): Trial {
  const startMs = performance.now();
  const elapsed = (isRead: boolean): Trial => ({ isRead, elapsedMs: performance.now() - startMs });
  try {
    parse(input);
    return elapsed(true);
  } catch (error) {
    if (error instanceof StirError) return elapsed(false);
    throw error;
  }
}
