import { encodeHex } from '@oobleck/stir/bytes';
import { parseReply } from '@oobleck/stir/seal';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crypto } from '../../test/network.ts';
import type { StoredBlob } from './index.ts';
import { createReplyPage } from './reply-page.ts';

const NOW_MS = 1_800_000_000_000;
const blobs = fc.array(
  fc.record({ stake: fc.nat(7), large: fc.boolean(), ageMs: fc.integer({ min: -5, max: 60_000 }) }),
  { maxLength: 40 },
);

function stored(shapes: readonly { stake: number; large: boolean; ageMs: number }[]): StoredBlob[] {
  return shapes.map(({ stake, large, ageMs }, i) => {
    const bytes = crypto.randomBytes(large ? 8_192 : 2_048);
    return {
      id: String(i),
      bytes,
      hash: crypto.sha256(bytes),
      depositedAtMs: NOW_MS - ageMs,
      expiresAtMs: NOW_MS + 60_000,
      stake,
      retractHash: '',
    };
  });
}

function pageOf(contents: readonly StoredBlob[], nonce: Uint8Array, page: number, replyBytes: number) {
  const question = { address: new Uint8Array(36), nonce, page };
  const reply = createReplyPage({ crypto, question, replyBytes, shard: 5, nowMs: NOW_MS });
  const heads = contents.map((blob) => ({ ...blob, length: blob.bytes.length }));
  const plaintext = reply.encode({ blobs: reply.choose(heads), isFlooded: false });
  expect(plaintext).toHaveLength(replyBytes - 48);
  return parseReply(plaintext);
}

const names = (items: readonly { blob: Uint8Array }[]) =>
  items.map(({ blob }) => encodeHex(crypto.sha256(blob)));

describe('pages of a reply', () => {
  it('hold every blob once, the highest stake first, whatever order the store gives', () => {
    fc.assert(
      fc.property(blobs, fc.constantFrom(16_384, 65_536), (shapes, replyBytes) => {
        const contents = stored(shapes);
        const nonce = crypto.randomBytes(16);
        const pages = Array.from({ length: 41 }, (_, page) => pageOf(contents, nonce, page, replyBytes));
        const items = pages.flatMap((page) => page.items);
        expect(names(items).sort()).toEqual(contents.map(({ hash }) => encodeHex(hash)).sort());
        const byName = new Map(contents.map((one) => [encodeHex(one.hash), one]));
        const stakes = names(items).map((name) => byName.get(name)!.stake);
        expect(stakes).toEqual([...stakes].sort((a, b) => b - a));
        const used = pages.filter((page) => page.items.length > 0).length;
        expect(pages.map((page) => page.hasLaterPage)).toEqual(pages.map((_, i) => i + 1 < used));
        const other = pageOf([...contents].reverse(), nonce, 0, replyBytes);
        expect(names(other.items)).toEqual(names(pages[0]!.items));
        for (const { shard, ageMs, blob } of items) {
          const { depositedAtMs } = byName.get(names([{ blob }])[0]!)!;
          expect([shard, ageMs]).toEqual([5, Math.max(0, NOW_MS - depositedAtMs)]);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('another nonce gives another order among equals, so that no blob is always last', () => {
    const contents = stored(Array.from({ length: 10 }, () => ({ stake: 0, large: false, ageMs: 0 })));
    const firsts = new Set(
      Array.from({ length: 60 }, () => names(pageOf(contents, crypto.randomBytes(16), 0, 16_384).items)[0]),
    );
    expect(firsts.size).toBeGreaterThan(5);
  });

  it('a page costs no work on blobs of a lower stake than it holds', () => {
    const contents = stored(
      Array.from({ length: 108 }, (_, i) => ({ stake: i < 8 ? 1 : 0, large: false, ageMs: 0 })),
    );
    let hashes = 0;
    const counting = {
      ...crypto,
      sha256: (...parts: Uint8Array[]) => {
        hashes++;
        return crypto.sha256(...parts);
      },
    };
    const question = { address: new Uint8Array(36), nonce: crypto.randomBytes(16), page: 0 };
    const order = { crypto: counting, question, replyBytes: 16_384, shard: 5, nowMs: NOW_MS };
    const reply = createReplyPage(order);
    const blobs = reply.choose(contents.map((blob) => ({ ...blob, length: blob.bytes.length })));
    const { items, hasLaterPage } = parseReply(reply.encode({ blobs, isFlooded: false }));
    expect([items.length, hasLaterPage, hashes]).toEqual([7, true, 8]);
  });
});
