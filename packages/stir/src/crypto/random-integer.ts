// Uniform invertible numbers modulo n: the blinds of RSA (RFC 9474 Section 4.2).

import { bytesToInteger, modularInverse } from './integer.ts';

export interface InvertibleInteger {
  readonly value: bigint;
  /** value * inverse = 1 mod n. */
  readonly inverse: bigint;
}

/** Draws from [1, n) by rejection sampling, n having a whole number of bytes, until it has an inverse. */
export function createIntegerBelow(
  randomBytes: (length: number) => Uint8Array,
): (n: bigint) => InvertibleInteger {
  return (n) => {
    const length = Math.ceil(n.toString(16).length / 2);
    for (;;) {
      const value = bytesToInteger(randomBytes(length));
      const inverse = value > 0n && value < n ? modularInverse(value, n) : undefined;
      if (inverse !== undefined) return { value, inverse };
    }
  };
}
