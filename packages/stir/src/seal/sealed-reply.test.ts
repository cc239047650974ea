import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crypto } from '../../test/carrier.ts';
import { MUTATIONS, mutated, refusal, unlessRefused } from '../../test/hostile.ts';
import { encodeHex, encodeUtf8 } from '../bytes/index.ts';
import { prepareInfo, sealBase } from './hpke.ts';
import {
  createReplySealer,
  encodeReply,
  parseReply,
  type Reply,
  type ReplyQuestion,
  replyItemBytes,
  replyPlaintextBytes,
  replyRoom,
} from './sealed-reply.ts';

const SIZE = 16_384;
const sealer = createReplySealer(crypto);
const owner = crypto.generateAgreementKey();
const question: ReplyQuestion = { address: crypto.randomBytes(36), nonce: crypto.randomBytes(16), page: 0 };
const empty: Reply = { hasLaterPage: false, isFlooded: false, items: [] };
const item = (fill: number, length = 2048) => ({
  shard: 198,
  ageMs: 1_500,
  blob: new Uint8Array(length).fill(fill),
});
const uint32 = fc.nat(2 ** 32 - 1);
const reply: fc.Arbitrary<Reply> = fc.record({
  hasLaterPage: fc.boolean(),
  isFlooded: fc.boolean(),
  items: fc
    .array(
      fc.record({
        shard: uint32,
        ageMs: uint32,
        blob: fc
          .tuple(fc.nat(255), fc.constantFrom(2048, 2048, 2048, 8192))
          .map(([fill, n]) => new Uint8Array(n).fill(fill)),
      }),
      { maxLength: 3 },
    )
    .filter(
      (items) => items.reduce((sum, { blob }) => sum + replyItemBytes(blob.length), 0) <= replyRoom(SIZE),
    ),
});

describe('sealed reply', () => {
  it('has a head of version, flags and count, then items', () => {
    const bytes = encodeReply({ hasLaterPage: true, isFlooded: true, items: [item(9)] }, SIZE);
    expect(encodeHex(bytes.subarray(0, 16))).toBe('01030001000000c6000005dc08000909');
    expect(encodeReply({ ...empty, hasLaterPage: true }, SIZE)[1]).toBe(1);
    expect(encodeReply({ ...empty, isFlooded: true }, SIZE)[1]).toBe(2);
  });

  it('parse(encode(reply)) is the reply', () => {
    const check = (value: Reply) => {
      const bytes = encodeReply(value, SIZE);
      expect(bytes).toHaveLength(replyPlaintextBytes(SIZE));
      expect(parseReply(bytes)).toEqual(value);
    };
    fc.assert(fc.property(reply, check), { numRuns: 50 });
  });

  it('R-02, R-03: has one length, whatever it holds, and no two look alike', () => {
    const full = { ...empty, items: Array.from({ length: 7 }, (_, at) => item(at)) };
    const sealed = [empty, empty, full, full].map((value) =>
      sealer.seal(owner.publicKey, question, encodeReply(value, SIZE)),
    );
    expect(sealed.map(({ length }) => length)).toEqual(Array(4).fill(SIZE));
    expect(new Set(sealed.map((one) => encodeHex(one.subarray(0, 32)))).size).toBe(4);
    expect(sealer.open(owner, question, sealed[2]!)).toEqual(full);
    const large = sealer.seal(owner.publicKey, question, encodeReply(full, 65_536));
    expect(large).toHaveLength(65_536);
  });

  it('answers one question of one mailbox', () => {
    const sealed = sealer.seal(owner.publicKey, question, encodeReply(empty, SIZE));
    expect(sealer.open(owner, question, sealed)).toEqual(empty);
    for (const other of [{ page: 1 }, { nonce: crypto.randomBytes(16) }, { address: crypto.randomBytes(36) }])
      expect(sealer.open(owner, { ...question, ...other }, sealed)).toBe(undefined);
    expect(sealer.open(crypto.generateAgreementKey(), question, sealed)).toBe(undefined);
  });

  it('takes an ephemeral key made ahead', () => {
    const ephemeral = crypto.generateAgreementKey();
    const sealed = sealer.seal(owner.publicKey, question, encodeReply(empty, SIZE), ephemeral);
    expect(encodeHex(sealed.subarray(0, 32))).toBe(encodeHex(ephemeral.publicKey));
    expect(sealer.open(owner, question, sealed)).toEqual(empty);
  });

  it('of nonsense is no reply', () => {
    const { address, nonce } = question;
    const aad = Uint8Array.from([...address, ...nonce, 0, 0]);
    const info = prepareInfo(crypto, encodeUtf8('STIR-OOB v1 sealed reply'));
    const seal = (plaintext: Uint8Array) => sealBase(crypto, owner.publicKey, info, aad, plaintext);
    expect(sealer.open(owner, question, seal(encodeReply(empty, SIZE)))).toEqual(empty);
    expect(sealer.open(owner, question, seal(new Uint8Array(20)))).toBe(undefined);
  });

  it('never holds more than fits: 7 small blobs in 16 KiB', () => {
    expect(Math.floor(replyRoom(SIZE) / replyItemBytes(item(0).blob.length))).toBe(7);
    expect(() => encodeReply({ ...empty, items: Array(8).fill(item(1)) }, SIZE)).toThrow(
      refusal('ERR_REPLY_FORMAT'),
    );
  });

  it.each([
    ['another version', [2, 0, 0, 0]],
    ['an item that is missing', [1, 0, 0, 1]],
    ['a blob of no known length', [1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 9]],
    ['a blob cut off', [1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 9]],
    ['65535 items', [1, 0, 255, 255]],
    ['padding that is not zero', [1, 0, 0, 0, 0, 1]],
    ['nothing', []],
  ])('refuses %s', (_, bytes) => {
    const act = () => parseReply(Uint8Array.from(bytes));
    expect(act).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^ERR_(REPLY|BYTES)_FORMAT$/) }),
    );
  });

  it('damaged, does not parse as more than it is, and does not open', () => {
    const plaintext = encodeReply({ ...empty, items: [item(0)] }, 2_200);
    const readable = (bytes: Uint8Array) => {
      const value = unlessRefused(() => parseReply(bytes));
      if (value !== undefined) expect(value.items.length * 2058).toBeLessThanOrEqual(bytes.length);
    };
    fc.assert(fc.property(mutated(plaintext), readable), MUTATIONS);
    const sealed = sealer.seal(owner.publicKey, question, encodeReply(empty, 2_048));
    const closed = (bytes: Uint8Array) => {
      expect(sealer.open(owner, question, bytes)).toBe(undefined);
    };
    fc.assert(fc.property(mutated(sealed), closed), MUTATIONS);
  });
});
