import { describe, expect, it } from 'vitest';
import { crypto } from '../../test/carrier.ts';
import { refusal } from '../../test/hostile.ts';
import { concatBytes, encodeHex, encodeUtf8 } from '../bytes/index.ts';
import { prepareInfo } from './hpke.ts';
import { createOpeningContext } from './hpke-context.ts';
import { type Reply, replyItemBytes } from './sealed-reply.ts';
import { createStreamSealer, streamRoom } from './sealed-stream.ts';

const SIZE = 16_384;
const sealer = createStreamSealer(crypto);
const owner = crypto.generateAgreementKey();
const id = crypto.randomBytes(32);
const empty: Reply = { hasLaterPage: false, isFlooded: false, items: [] };
const item = (fill: number) => ({ shard: 65_535, ageMs: 12, blob: new Uint8Array(2_048).fill(fill) });
const full: Reply = {
  hasLaterPage: true,
  isFlooded: true,
  items: Array.from({ length: 7 }, (_, i) => item(i)),
};

describe('sealed stream', () => {
  it('is frames of one length, whatever they hold, which the owner reads in order', () => {
    const stream = sealer.begin(owner.publicKey, id, SIZE);
    expect(stream.enc).toHaveLength(32);
    const replies = [empty, full, empty, empty, full];
    const frames = replies.map((reply) => stream.frame(reply));
    expect(frames.map(({ length }) => length)).toEqual(Array(5).fill(SIZE));
    expect(new Set(frames.map((frame) => encodeHex(frame.subarray(0, 32)))).size).toBe(5);
    const reader = sealer.read(owner, id, stream.enc)!;
    expect(frames.map((frame) => reader.open(frame))).toEqual(replies);
  });

  it('is sealed as documented: info and the address of no shard', () => {
    const stream = sealer.begin(owner.publicKey, id, SIZE);
    const info = prepareInfo(crypto, encodeUtf8('STIR-OOB v1 sealed stream'));
    const context = createOpeningContext(crypto, owner, info, stream.enc)!;
    const aad = concatBytes(id, new Uint8Array(4).fill(0xff));
    expect(context.open(aad, stream.frame(empty))).toHaveLength(SIZE - 16);
  });

  it('never repeats itself: two streams of a mailbox have nothing in common', () => {
    const [one, other] = [0, 1].map(() => sealer.begin(owner.publicKey, id, SIZE));
    expect(encodeHex(one!.enc)).not.toBe(encodeHex(other!.enc));
    expect(sealer.read(owner, id, one!.enc)!.open(other!.frame(empty))).toBe(undefined);
  });

  it('opens for nobody else, for no other mailbox, and not after a gap, a repeat or damage', () => {
    const stream = sealer.begin(owner.publicKey, id, SIZE);
    const [first, second] = [stream.frame(empty), stream.frame(full)];
    expect(sealer.read(crypto.generateAgreementKey(), id, stream.enc)!.open(first!)).toBe(undefined);
    expect(sealer.read(owner, crypto.randomBytes(32), stream.enc)!.open(first!)).toBe(undefined);
    expect(sealer.read(owner, id, new Uint8Array(32))).toBe(undefined);
    const reader = sealer.read(owner, id, stream.enc)!;
    expect(reader.open(second!)).toBe(undefined);
    const damaged = first!.slice();
    damaged[9]! ^= 1;
    expect(reader.open(damaged)).toBe(undefined);
    expect(reader.open(first!)).toEqual(empty);
    expect(reader.open(first!)).toBe(undefined);
  });

  it('holds 7 small blobs in a frame, and never more than fits', () => {
    expect(Math.floor(streamRoom(SIZE) / replyItemBytes(item(0).blob.length))).toBe(7);
    const stream = sealer.begin(owner.publicKey, id, SIZE);
    expect(() => stream.frame({ ...empty, items: Array(8).fill(item(1)) })).toThrow(
      refusal('ERR_REPLY_FORMAT'),
    );
  });
});
