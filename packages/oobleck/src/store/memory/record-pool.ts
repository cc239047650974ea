// Records of one size in large chunks outside the heap of JavaScript: no object, string or map entry a record, nothing
// that the garbage collector walks. Chunks come as they are needed, the lowest are filled first, and those that are empty
// are given back one at a time, all but one, since giving back takes the system some milliseconds. Records are not cleared: whoever takes one writes all of it.

export interface RecordPool {
  /** The number of a record that was free, never 0: 0 stands for none. */
  take(): number;
  release(record: number): void;
  /** Takes the first chunk from the system and writes it once, so that whoever takes records does not wait for its pages. */
  prepare(): void;
  /** Gives back one chunk that is empty, if there are two. */
  giveBack(): void;
  /** The words among which those of the record lie, from `start` on. */
  words(record: number): Uint32Array;
  start(record: number): number;
  /** The same memory as bytes, from `4 * start` on. */
  bytes(record: number): Buffer;
  /** A word beside each record, 0 when taken, for whoever has it. */
  link(record: number): number;
  setLink(record: number, value: number): void;
  /** Of the records that are taken. */
  readonly usedBytes: number;
  /** Of the chunks there are; what was never written takes no memory yet. */
  readonly reservedBytes: number;
  readonly used: number;
}

export interface RecordPoolOptions {
  readonly wordsPerRecord: number;
  /** A power of two. */
  readonly recordsPerChunk: number;
}

interface Chunk {
  readonly bytes: Buffer;
  readonly words: Uint32Array;
  /** Of free records: the next one; of taken ones: the owner's. */
  readonly links: Uint32Array;
  firstFree: number;
  /** Records from here on were never taken. */
  untouched: number;
  used: number;
}

const LINK_BYTES = 4;

export function createRecordPool(options: RecordPoolOptions): RecordPool {
  return new ChunkedRecords(options);
}

/** A class, so that all pools have one shape and what reads them is compiled for it. */
class ChunkedRecords implements RecordPool {
  private readonly wordsPerRecord: number;
  private readonly recordsPerChunk: number;
  private readonly recordBytes: number;
  private readonly shift: number;
  private readonly mask: number;
  private readonly chunks: (Chunk | undefined)[] = [];
  /** No chunk below has room. */
  private lowest = 0;
  private empty = 0;
  reservedBytes = 0;
  used = 0;

  constructor({ wordsPerRecord, recordsPerChunk }: RecordPoolOptions) {
    this.wordsPerRecord = wordsPerRecord;
    this.recordsPerChunk = recordsPerChunk;
    this.recordBytes = 4 * wordsPerRecord + LINK_BYTES;
    this.shift = Math.log2(recordsPerChunk);
    this.mask = recordsPerChunk - 1;
  }

  take(): number {
    const chunk = this.chunkWithRoom();
    if (chunk.used++ === 0) this.empty--;
    this.used++;
    if (chunk.firstFree === 0) return this.lowest * this.recordsPerChunk + chunk.untouched++;
    const record = chunk.firstFree;
    const at = record & this.mask;
    chunk.firstFree = chunk.links[at]!;
    chunk.links[at] = 0;
    return record;
  }

  release(record: number): void {
    const at = record >>> this.shift;
    const chunk = this.chunks[at]!;
    chunk.links[record & this.mask] = chunk.firstFree;
    chunk.firstFree = record;
    this.lowest = Math.min(this.lowest, at);
    this.used--;
    if (--chunk.used === 0) this.empty++;
  }

  prepare(): void {
    if (this.chunks.length > 0) return;
    const { bytes, links } = this.chunkWithRoom();
    bytes.fill(0);
    links.fill(0);
  }

  giveBack(): void {
    if (this.empty <= 1) return;
    const { chunks } = this;
    const at = chunks.findLastIndex((chunk) => chunk?.used === 0);
    // At once, not when the garbage collector comes by.
    (chunks[at]!.bytes.buffer as ArrayBuffer).transfer(0);
    chunks[at] = undefined;
    this.empty--;
    this.reservedBytes -= this.recordBytes * this.recordsPerChunk;
    while (chunks.length > 0 && chunks.at(-1) === undefined) chunks.pop();
  }

  words(record: number): Uint32Array {
    return this.chunks[record >>> this.shift]!.words;
  }

  bytes(record: number): Buffer {
    return this.chunks[record >>> this.shift]!.bytes;
  }

  start(record: number): number {
    return (record & this.mask) * this.wordsPerRecord;
  }

  link(record: number): number {
    return this.chunks[record >>> this.shift]!.links[record & this.mask]!;
  }

  setLink(record: number, value: number): void {
    this.chunks[record >>> this.shift]!.links[record & this.mask] = value;
  }

  get usedBytes(): number {
    return this.used * this.recordBytes;
  }

  private chunkWithRoom(): Chunk {
    const { chunks, recordsPerChunk } = this;
    for (; this.lowest < chunks.length; this.lowest++) {
      const chunk = chunks[this.lowest];
      if (chunk !== undefined && (chunk.firstFree !== 0 || chunk.untouched < recordsPerChunk)) return chunk;
    }
    const hole = chunks.indexOf(undefined);
    this.lowest = hole === -1 ? chunks.length : hole;
    const chunk = this.createChunk(this.lowest);
    chunks[this.lowest] = chunk;
    return chunk;
  }

  private createChunk(at: number): Chunk {
    const { wordsPerRecord, recordsPerChunk } = this;
    const bytes = Buffer.allocUnsafeSlow(4 * wordsPerRecord * recordsPerChunk);
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset, wordsPerRecord * recordsPerChunk);
    // Record 0 of the first chunk is never handed out.
    const untouched = at === 0 ? 1 : 0;
    const links = new Uint32Array(recordsPerChunk);
    this.reservedBytes += this.recordBytes * recordsPerChunk;
    this.empty++;
    return { bytes, words, links, firstFree: 0, untouched, used: 0 };
  }
}
