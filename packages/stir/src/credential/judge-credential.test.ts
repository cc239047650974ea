import { beforeAll, describe, expect, it } from 'vitest';
import { type Carrier, createStiAuthority, crypto, DAY, NOW, type StiAuthority } from '../../test/carrier.ts';
import { encodeHex } from '../bytes/index.ts';
import { type NumberMap, signerId } from '../certificate/index.ts';
import { mailboxId } from '../mailbox/index.ts';
import { formatTnEntry, parseTnEntry, type Spc } from '../number/index.ts';
import { SUITE_X25519 } from '../seal/index.ts';
import { type JudgeParts, judgeKeyCredential } from './judge-credential.ts';
import { type KeyCredentialClaims, parseKeyCredential, signKeyCredential } from './key-credential.ts';

interface Draft extends Partial<KeyCredentialClaims> {
  readonly tn?: readonly string[];
  readonly shards?: number;
  readonly publicKey?: Uint8Array;
  /** Whose certificates it shows. */
  readonly by?: Carrier;
  /** Whose key signs it. */
  readonly signedBy?: Carrier;
}

const NUMBERS = ['2-12155551212', '1-13035550000-2000'];
const publicKey = crypto.generateAgreementKey().publicKey;
const map: NumberMap = {
  spcOf: (number) => (number === '19195550000' ? ('1234' as Spc) : undefined),
  spcOfRange: ({ start, count }) => (start === '19195550000' && count <= 1_000 ? ('1234' as Spc) : undefined),
  knowsSpc: (spc) => spc === '1234',
};
let authority: StiAuthority;
let holder: Carrier;
let provider: Carrier;
let parts: JudgeParts;
beforeAll(async () => {
  authority = await createStiAuthority();
  holder = await authority.issueCarrier(NUMBERS);
  provider = await authority.issueCarrier(['0-1234']);
  parts = { crypto, anchors: [authority.anchor] };
});

function credential({ tn = NUMBERS, shards = 1, by = holder, signedBy = by, ...draft }: Draft) {
  const form = { suite: SUITE_X25519, publicKey: draft.publicKey ?? publicKey, shards, replyBytes: 16_384 };
  const claims: KeyCredentialClaims = {
    issuedAt: NOW - 10,
    expiresAt: NOW + DAY,
    cps: ['https://cps.example.net'],
    pages: 1,
    stake: 0,
    only: true,
    ...draft,
    entries: tn.map(parseTnEntry),
    form,
  };
  return parseKeyCredential(signKeyCredential(claims, by.chain, signedBy.key));
}

/** The entries that count, or why none do. */
function judge(draft: Draft, more: Partial<JudgeParts> = {}, at = NOW): string | readonly string[] {
  const judgement = judgeKeyCredential({ ...parts, ...more }, credential(draft), at);
  return judgement.accepted ? judgement.value.entries.map(formatTnEntry) : judgement.reason;
}

describe('judgeKeyCredential', () => {
  it('accepts what its certificate covers, and names signer and mailbox', () => {
    const one = credential({});
    const judgement = judgeKeyCredential(parts, one, NOW);
    if (!judgement.accepted) throw new Error(judgement.reason);
    const { value } = judgement;
    expect(value.entries).toEqual(NUMBERS.map(parseTnEntry));
    expect(value.signer).toBe(signerId(holder.certificate, crypto));
    expect(encodeHex(value.mailboxId)).toBe(encodeHex(mailboxId(crypto, one.form)));
    expect(value.credential).toBe(one);
  });

  it('ignores the entries that its certificate does not cover', () => {
    const tn = ['2-12155551212', '2-12155551299', '1-13035551000-500', '1-13035551000-5000', '0-1234'];
    expect(judge({ tn })).toEqual(['2-12155551212', '1-13035551000-500']);
    expect(judge({ tn: ['2-12155551299'] })).toBe('no-authority');
  });

  it('believes an SPC only through the checker’s own map', () => {
    const draft = { by: provider, tn: ['0-1234', '0-9999', '2-19195550000', '1-19195550000-100', '2-1303'] };
    expect(judge(draft)).toBe('no-authority');
    expect(judge(draft, { numberMap: map })).toEqual(['0-1234', '2-19195550000', '1-19195550000-100']);
    expect(judge({ ...draft, by: holder }, { numberMap: map })).toBe('no-authority');
  });

  it.each<[string, Draft, number, string]>([
    ['from its iat', { issuedAt: NOW }, NOW, 'accepted'],
    ['with a clock 60 s fast', { issuedAt: NOW + 60 }, NOW, 'accepted'],
    ['with a clock 61 s fast', { issuedAt: NOW + 61 }, NOW, 'not-yet-valid'],
    ['in its last second', { expiresAt: NOW + 1 }, NOW, 'accepted'],
    ['at its exp', { expiresAt: NOW }, NOW, 'expired'],
    ['long after', {}, NOW + 30 * DAY, 'expired'],
    ['withdrawn, at once', { issuedAt: NOW, expiresAt: NOW }, NOW, 'accepted'],
    ['withdrawn, almost 7 days ago', { issuedAt: NOW, expiresAt: NOW }, NOW + 7 * DAY - 1, 'accepted'],
    ['withdrawn 7 days ago', { issuedAt: NOW, expiresAt: NOW }, NOW + 7 * DAY, 'expired'],
    ['withdrawn in the future', { issuedAt: NOW + 61, expiresAt: NOW + 61 }, NOW, 'not-yet-valid'],
  ])('%s', (_, draft, at, expected) => {
    const found = judge(draft, {}, at);
    expect(typeof found === 'string' ? found : 'accepted').toBe(expected);
  });

  it('refuses another key’s signature', () => {
    expect(judge({ signedBy: provider })).toBe('bad-signature');
  });

  it('refuses a chain of another authority, or of no certificate in force', async () => {
    const stranger = await createStiAuthority();
    expect(judge({ by: await stranger.issueCarrier(NUMBERS) })).toBe('untrusted-chain');
    expect(judge({ by: { ...holder, chain: holder.chain.slice(0, 1) } })).toBe('untrusted-chain');
    expect(judge({ by: { ...holder, chain: [holder.chain[0]!, authority.anchor] } })).toBe('untrusted-chain');
    expect(judge({}, { anchors: [] })).toBe('untrusted-chain');
    const past = await authority.issueCarrier(NUMBERS, { notAfter: NOW - 1 });
    expect(judge({ by: past })).toBe('untrusted-chain');
  });

  it('refuses a certificate with claim constraints', async () => {
    const constrained = await authority.issueCarrier(NUMBERS, { isConstrained: true });
    expect(judge({ by: constrained })).toBe('claim-constraints');
  });

  it('wants 1000 different numbers for each shard', () => {
    const range = ['1-13035550000-2000'];
    expect(judge({ tn: range, shards: 2 })).toEqual(range);
    expect(judge({ tn: range, shards: 4 })).toBe('too-many-shards');
    expect(judge({ tn: ['1-13035550000-1999'], shards: 2 })).toBe('too-many-shards');
    expect(judge({ tn: ['2-12155551212'], shards: 1 })).toEqual(['2-12155551212']);
    const overlapping = ['1-13035550000-2000', '1-13035550001-1999', '1-13035550000-1999'];
    expect(judge({ tn: overlapping, shards: 4 })).toBe('too-many-shards');
    expect(judge({ tn: [...range, '1-19195550000-4000'], shards: 4 })).toBe('too-many-shards');
    expect(judge({ by: provider, tn: ['0-1234'], shards: 65_536 }, { numberMap: map })).toEqual(['0-1234']);
  });

  it.each([
    ['1', `01${'00'.repeat(31)}`],
    ['of order 8', 'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800'],
    ['-1', `ec${'ff'.repeat(30)}7f`],
  ])('refuses the key of small order %s', (_, hex) =>
    expect(judge({ publicKey: Uint8Array.from(Buffer.from(hex, 'hex')) })).toBe('unusable-key'),
  );
});
