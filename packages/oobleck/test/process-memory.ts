// Looks for byte strings in the memory of a process (Linux, `/proc`): the adversary who seizes a running CPS.

import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

const CHUNK = 16 * 1024 * 1024;

/** The needles that stand anywhere in the readable, writable memory of the process. */
export function findInMemory(pid: number, needles: readonly Buffer[]): readonly Buffer[] {
  const search = createSearch(needles);
  const longest = Math.max(...needles.map(({ length }) => length));
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  try {
    for (const { start, end } of writableRegions(pid))
      for (let at = start; at < end; at += CHUNK) {
        // Chunks overlap by the longest needle, so that none is cut in two.
        const chunk = Buffer.alloc(Math.min(CHUNK + longest, end - at));
        search.look(chunk.subarray(0, readAt(memory, chunk, at)));
      }
  } finally {
    closeSync(memory);
  }
  return search.found();
}

function writableRegions(pid: number): { start: number; end: number }[] {
  return readFileSync(`/proc/${pid}/maps`, 'utf8')
    .split('\n')
    .map((line) => /^([0-9a-f]+)-([0-9a-f]+) (r..).*?(\[v(?:var|syscall|dso)\])?$/.exec(line))
    .filter((match) => match !== null && match[3]!.startsWith('rw') && match[4] === undefined)
    .map((match) => ({ start: Number.parseInt(match![1]!, 16), end: Number.parseInt(match![2]!, 16) }));
}

/** Regions may be reserved and not there, or go while one looks. */
function readAt(memory: number, chunk: Buffer, position: number): number {
  try {
    return readSync(memory, chunk, 0, chunk.length, position);
  } catch {
    return 0;
  }
}

function createSearch(needles: readonly Buffer[]) {
  const begins = new Uint8Array(65_536);
  const byHead = new Map<number, Buffer[]>();
  for (const needle of needles) {
    begins[needle.readUInt16BE(0)] = 1;
    const head = needle.readUInt32BE(0);
    byHead.set(head, [...(byHead.get(head) ?? []), needle]);
  }
  const found = new Set<Buffer>();
  return {
    found: () => [...found],
    look(memory: Buffer): void {
      for (let at = 0; at + 4 <= memory.length; at++) {
        if (begins[(memory[at]! << 8) | memory[at + 1]!] === 0) continue;
        for (const needle of byHead.get(memory.readUInt32BE(at)) ?? [])
          if (memory.compare(needle, 0, needle.length, at, Math.min(at + needle.length, memory.length)) === 0)
            found.add(needle);
      }
    },
  };
}
