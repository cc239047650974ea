// Records of one size in large chunks outside the heap of JavaScript: no object, string or map entry a record, nothing
// that the garbage collector walks. Chunks come as they are needed, the lowest are filled first, and those that are empty
// are given back one at a time, all but one, since giving back takes the system some milliseconds. Records are not cleared: whoever takes one writes all of it.

export interface RecordPool {
  /** The number of a record that was free, never 0: 0 stands for none. */
  take(): number;
  release(record: number): void;
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

export function createRecordPool({ wordsPerRecord, recordsPerChunk }: RecordPoolOptions): RecordPool {
  const shift = Math.log2(recordsPerChunk);
  const mask = recordsPerChunk - 1;
  const recordBytes = 4 * wordsPerRecord + LINK_BYTES;
  const chunks: (Chunk | undefined)[] = [];
  /** No chunk below has room. */
  let lowest = 0;
  let reserved = 0;
  let used = 0;
  let empty = 0;

  const createChunk = (at: number): Chunk => {
    const bytes = Buffer.allocUnsafeSlow(4 * wordsPerRecord * recordsPerChunk);
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset, wordsPerRecord * recordsPerChunk);
    // Record 0 of the first chunk is never handed out.
    const untouched = at === 0 ? 1 : 0;
    const links = new Uint32Array(recordsPerChunk);
    reserved += recordBytes * recordsPerChunk;
    empty++;
    return { bytes, words, links, firstFree: 0, untouched, used: 0 };
  };
  const chunkWithRoom = (): Chunk => {
    for (; lowest < chunks.length; lowest++) {
      const chunk = chunks[lowest];
      if (chunk !== undefined && (chunk.firstFree !== 0 || chunk.untouched < recordsPerChunk)) return chunk;
    }
    const hole = chunks.indexOf(undefined);
    lowest = hole === -1 ? chunks.length : hole;
    const chunk = createChunk(lowest);
    chunks[lowest] = chunk;
    return chunk;
  };
  const giveBack = (at: number): void => {
    // At once, not when the garbage collector comes by.
    (chunks[at]!.bytes.buffer as ArrayBuffer).transfer(0);
    chunks[at] = undefined;
    empty--;
    reserved -= recordBytes * recordsPerChunk;
    while (chunks.length > 0 && chunks.at(-1) === undefined) chunks.pop();
  };

  return {
    take() {
      const chunk = chunkWithRoom();
      if (chunk.used++ === 0) empty--;
      used++;
      if (chunk.firstFree === 0) return lowest * recordsPerChunk + chunk.untouched++;
      const record = chunk.firstFree;
      chunk.firstFree = chunk.links[record & mask]!;
      chunk.links[record & mask] = 0;
      return record;
    },
    release(record) {
      const at = record >>> shift;
      const chunk = chunks[at]!;
      chunk.links[record & mask] = chunk.firstFree;
      chunk.firstFree = record;
      lowest = Math.min(lowest, at);
      used--;
      if (--chunk.used === 0) empty++;
    },
    giveBack() {
      if (empty > 1) giveBack(chunks.findLastIndex((chunk) => chunk?.used === 0));
    },
    words: (record) => chunks[record >>> shift]!.words,
    bytes: (record) => chunks[record >>> shift]!.bytes,
    start: (record) => (record & mask) * wordsPerRecord,
    link: (record) => chunks[record >>> shift]!.links[record & mask]!,
    setLink(record, value) {
      chunks[record >>> shift]!.links[record & mask] = value;
    },
    get usedBytes() {
      return used * recordBytes;
    },
    get reservedBytes() {
      return reserved;
    },
    get used() {
      return used;
    },
  };
}
