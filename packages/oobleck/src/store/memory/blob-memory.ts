// The bytes of blobs, in slots of 2048 bytes: a sealed PASSporT has 2048 or 8192, so nothing is wasted and any slot does
// for any blob. A longer blob is a chain of slots. A slab is 32 MiB of slots: the allocator maps that much by itself and
// gives it back to the system when it is freed, whatever lies around it.

import { createRecordPool } from './record-pool.ts';

export const SLOT_BYTES = 2_048;
const MAXIMUM_BLOB_BYTES = 65_535;
const SLOTS_PER_SLAB = 16_384;

export interface BlobMemory {
  /** @returns the first slot, 0 of a blob without bytes. @throws RangeError where it is longer than 65535 bytes */
  write(bytes: Uint8Array): number;
  /** Copies the blob that begins in `slot` to `target`, from `offset` on. */
  read(slot: number, length: number, target: Uint8Array, offset: number): void;
  free(slot: number): void;
  /** Takes the first slab from the system, pages and all. */
  prepare(): void;
  /** Gives back one slab that is empty, if there are two. */
  giveBack(): void;
  readonly usedBytes: number;
  readonly reservedBytes: number;
}

export function createBlobMemory(): BlobMemory {
  const slots = createRecordPool({ wordsPerRecord: SLOT_BYTES / 4, recordsPerChunk: SLOTS_PER_SLAB });
  return {
    write(bytes) {
      if (bytes.length > MAXIMUM_BLOB_BYTES) throw new RangeError('a blob is at most 65535 bytes long');
      let first = 0;
      // From the end to the beginning, so that each slot knows the next one.
      for (let at = Math.ceil(bytes.length / SLOT_BYTES) - 1; at >= 0; at--) {
        const slot = slots.take();
        const part = bytes.subarray(at * SLOT_BYTES, (at + 1) * SLOT_BYTES);
        slots.bytes(slot).set(part, 4 * slots.start(slot));
        slots.setLink(slot, first);
        first = slot;
      }
      return first;
    },
    read(slot, length, target, offset) {
      let from = slot;
      for (let at = 0; at < length; at += SLOT_BYTES) {
        const start = 4 * slots.start(from);
        const part = slots.bytes(from).subarray(start, start + Math.min(SLOT_BYTES, length - at));
        target.set(part, offset + at);
        from = slots.link(from);
      }
    },
    free(slot) {
      for (let one = slot; one !== 0; ) {
        const next = slots.link(one);
        slots.release(one);
        one = next;
      }
    },
    prepare: () => slots.prepare(),
    giveBack: () => slots.giveBack(),
    get usedBytes() {
      return slots.usedBytes;
    },
    get reservedBytes() {
      return slots.reservedBytes;
    },
  };
}
