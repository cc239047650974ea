// Whole numbers of RSA: conversion (RFC 8017 Section 4), powers, inverses. BigInt arithmetic is not of constant
// time: what is secret is blinded before it comes here (see portable-rsa.ts and token/blinding.ts).

import { decodeHex, encodeHex } from '../bytes/index.ts';

/** OS2IP: big-endian bytes to a number. */
export function bytesToInteger(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${encodeHex(bytes)}`);
}

/** I2OSP: a number to exactly `length` big-endian bytes; it must fit. */
export function integerToBytes(value: bigint, length: number): Uint8Array {
  return decodeHex(value.toString(16).padStart(2 * length, '0'));
}

export function bitLength(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length;
}

/** base^exponent mod modulus. */
export function modularPower(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

/** The inverse of `value` modulo `modulus`; `undefined` where they share a factor. */
export function modularInverse(value: bigint, modulus: bigint): bigint | undefined {
  let [r, nextR] = [modulus, value % modulus];
  let [t, nextT] = [0n, 1n];
  while (nextR !== 0n) {
    const quotient = r / nextR;
    [r, nextR] = [nextR, r - quotient * nextR];
    [t, nextT] = [nextT, t - quotient * nextT];
  }
  if (r !== 1n) return undefined;
  return t < 0n ? t + modulus : t;
}
