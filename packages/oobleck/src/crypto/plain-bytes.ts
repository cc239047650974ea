// A Buffer as the Uint8Array that the port promises: `slice` of a Buffer does not copy, and two of different kind are
// not equal to a test.

/** The same memory, seen as a plain Uint8Array. */
export function plainBytes(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
