import { encodeBase64url, encodeUtf8 } from '@oobleck/stir/bytes';
import { formatX5c, signCompactJws } from '@oobleck/stir/jws';
import {
  BATCH_REQUEST_TYPE,
  blindToken,
  encodeBatchRequest,
  encodeTokenInput,
  encodeTokenRequest,
  parseAttestation,
  parseBatchResponse,
  parseIssuerDirectory,
  parseTokenResponse,
  storageChallenge,
  TOKEN_REQUEST_TYPE,
} from '@oobleck/stir/token';
import { describe, expect, it } from 'vitest';
import { createIssuer } from './issuer.ts';
import {
  CPS_AUTHORITY,
  createAuthority,
  createCredential,
  createFixture,
  crypto,
  ISSUER_NAME,
  NOON,
} from './issuer-fixture.ts';

const authority = await createAuthority();
const credential = await createCredential('carrier', authority);
const stranger = await createCredential('stranger');
const challenge = storageChallenge(ISSUER_NAME, CPS_AUTHORITY);
const DAY = 86_400;

async function blind(issuer: ReturnType<typeof createFixture>['issuer'], which = 0) {
  const keys = await issuer.publishedKeys();
  const key = crypto.importTokenVerifyingKey(keys[which]!.spki);
  return { key, ...blindToken({ crypto, key, challenge }) };
}

describe('issuer keys', () => {
  it('are published for today and tomorrow, and stay through midnight', async () => {
    const { issuer, clock } = createFixture(credential);
    const midnight = NOON + DAY / 2;
    const before = await issuer.publishedKeys();
    expect(before.map(({ notBefore, notAfter }) => [notBefore, notAfter])).toEqual([
      [midnight - DAY, midnight],
      [midnight, midnight + DAY],
    ]);
    clock.now = midnight - 1;
    expect(await issuer.publishedKeys()).toEqual(before);
    clock.now = midnight;
    const after = await issuer.publishedKeys();
    expect(after[0]).toEqual(before[1]);
    expect(after[1]!.spki).not.toEqual(before[1]!.spki);
    const directory = parseIssuerDirectory(encodeUtf8(await issuer.directory()));
    expect(directory).toEqual({
      requestUri: '/token-request',
      keys: after.map(({ spki, notBefore }) => ({ spki, notBefore })),
    });
  });

  it('are the same in another process over the same store', async () => {
    const { issuer, parts } = createFixture(credential);
    const other = createIssuer(parts, { name: ISSUER_NAME });
    const [ours, theirs] = await Promise.all([issuer.publishedKeys(), other.publishedKeys()]);
    expect(theirs).toEqual(ours);
  });

  it('of neighbouring days differ in the byte that requests name them by', async () => {
    const { parts } = createFixture(credential);
    const [first, second] = [await parts.generateKey(), await parts.generateKey()];
    const deal = [first, first, first, second];
    const issuer = createIssuer({ ...parts, generateKey: async () => deal.shift()! }, { name: ISSUER_NAME });
    const keys = await issuer.publishedKeys();
    expect(keys.map(({ spki }) => crypto.sha256(spki).at(-1))).toEqual(
      [first, second].map(({ key }) => crypto.sha256(key.publicKey.spki).at(-1)),
    );
  });

  it('are asked for again where the store failed once', async () => {
    const { parts } = createFixture(credential);
    let failures = 1;
    const load = async (day: number) => {
      if (failures-- > 0) throw new Error('disk');
      return parts.keys.load(day);
    };
    const issuer = createIssuer({ ...parts, keys: { ...parts.keys, load } }, { name: ISSUER_NAME });
    await expect(issuer.publishedKeys()).rejects.toThrow('disk');
    expect(await issuer.publishedKeys()).toHaveLength(2);
  });
});

describe('issuance', () => {
  it('signs one request, for today or for tomorrow', async () => {
    const { issuer } = createFixture(credential);
    for (const which of [0, 1]) {
      const { key, request, finalize } = await blind(issuer, which);
      const result = await issuer.issue({
        body: encodeTokenRequest(request),
        contentType: TOKEN_REQUEST_TYPE,
        holder: 'a',
      });
      if (!result.issued) throw new Error(result.reason);
      const token = finalize(parseTokenResponse(result.body))!;
      expect(result).toMatchObject({
        contentType: 'application/private-token-response',
        tokens: 1,
        partial: false,
      });
      expect(key.verify(encodeTokenInput(token), token.authenticator)).toBe(true);
    }
  });

  it('signs a batch, and leaves out what names no live key', async () => {
    const { issuer } = createFixture(credential);
    const made = [await blind(issuer), await blind(issuer, 1), await blind(issuer)];
    const requests = made.map(({ request }) => request);
    const known = requests.map(({ truncatedKeyId }) => truncatedKeyId);
    const unknown = [0, 1, 2].find((id) => !known.includes(id))!;
    requests[1] = { ...requests[1]!, truncatedKeyId: unknown };
    const ask = { contentType: BATCH_REQUEST_TYPE, holder: 'a' };
    const result = await issuer.issue({ ...ask, body: encodeBatchRequest(requests) });
    if (!result.issued) throw new Error(result.reason);
    expect(result).toMatchObject({ tokens: 2, partial: true });
    const responses = parseBatchResponse(result.body);
    expect(responses.map((response, i) => response && made[i]!.finalize(response) !== undefined)).toEqual([
      true,
      undefined,
      true,
    ]);
    const none = await issuer.issue({ ...ask, body: encodeBatchRequest([requests[1]!]) });
    expect(none).toEqual({ issued: false, reason: 'none-issued' });
  });

  it('refuses yesterday’s key', async () => {
    const { issuer, clock } = createFixture(credential);
    const { request } = await blind(issuer);
    clock.now += DAY;
    const body = encodeTokenRequest(request);
    expect(await issuer.issue({ body, contentType: TOKEN_REQUEST_TYPE, holder: 'a' })).toEqual({
      issued: false,
      reason: 'none-issued',
    });
  });

  it.each([
    ['content-type', 'application/json', new Uint8Array(259)],
    ['format', TOKEN_REQUEST_TYPE, new Uint8Array(259)],
    ['format', TOKEN_REQUEST_TYPE, new Uint8Array(0)],
    ['format', BATCH_REQUEST_TYPE, new Uint8Array(259)],
  ])('refuses: %s', async (reason, contentType, body) => {
    const { issuer } = createFixture(credential);
    expect(await issuer.issue({ body, contentType, holder: 'a' })).toEqual({ issued: false, reason });
  });

  it('refuses a message that is not below n', async () => {
    const { issuer } = createFixture(credential);
    const { request, key } = await blind(issuer);
    const body = encodeTokenRequest({ ...request, blindedMessage: key.modulus });
    expect(await issuer.issue({ body, contentType: TOKEN_REQUEST_TYPE, holder: 'a' })).toEqual({
      issued: false,
      reason: 'none-issued',
    });
  });

  it('S-08: counts by holder and UTC day, also when requests race', async () => {
    const { issuer, clock } = createFixture(credential, { tokensPerDay: 5 });
    const ask = async (holder: string) => {
      const { request } = await blind(issuer);
      const body = encodeBatchRequest([request, request]);
      return (await issuer.issue({ body, contentType: BATCH_REQUEST_TYPE, holder })).issued;
    };
    expect((await Promise.all([ask('a'), ask('a'), ask('a'), ask('a')])).filter(Boolean)).toHaveLength(2);
    expect(await ask('b')).toBe(true);
    clock.now += DAY / 2 - 1;
    expect(await ask('a')).toBe(false);
    clock.now += 1;
    expect(await ask('a')).toBe(true);
  });
});

describe('attestation', () => {
  const body = encodeUtf8('a request');
  const check = ({ issuer }: ReturnType<typeof createFixture>, text: string) => {
    const verdict = issuer.checkAttestation(text, body);
    return verdict.attested ? 'attested' : verdict.reason;
  };

  it('names the holder, the same for every request', () => {
    const fixture = createFixture(credential);
    const [first, second] = [1, 2].map(() => fixture.issuer.checkAttestation(fixture.attest(body), body));
    expect(first).toMatchObject({ attested: true });
    expect(second).toEqual(first);
  });

  it('serves one body, one issuer, one minute', () => {
    const fixture = createFixture(credential);
    const { attest, clock } = fixture;
    expect(check(fixture, attest(encodeUtf8('another')))).toBe('digest');
    expect(check(fixture, attest(body, { audience: 'other.example' }))).toBe('audience');
    expect(check(fixture, attest(body, { issuedAt: clock.now - 61 }))).toBe('time');
    expect(check(fixture, attest(body, { issuedAt: clock.now + 61 }))).toBe('time');
    expect(check(fixture, attest(body, { issuedAt: clock.now - 60 }))).toBe('attested');
    expect(check(fixture, attest(body, { issuedAt: clock.now + 60 }))).toBe('attested');
  });

  it('counts once for as long as its time is near', () => {
    const fixture = createFixture(credential);
    const text = fixture.attest(body, { issuedAt: fixture.clock.now + 60 });
    expect(check(fixture, text)).toBe('attested');
    expect(check(fixture, text)).toBe('replayed');
    fixture.clock.now += 120;
    expect(check(fixture, text)).toBe('replayed');
    fixture.clock.now += 1;
    expect(check(fixture, text)).toBe('time');
  });

  it('needs a chain to an anchor and the signature of its leaf', async () => {
    const fixture = createFixture(credential);
    const other = await createCredential('carrier', authority);
    expect(check(fixture, createFixture(stranger).attest(body))).toBe('untrusted');
    const borrowed = createFixture({ ...stranger, chain: credential.chain });
    expect(check(fixture, borrowed.attest(body))).toBe('signature');
    expect(check(fixture, createFixture({ ...credential, key: other.key }).attest(body))).toBe('signature');
    fixture.clock.now += 31 * DAY;
    expect(check(fixture, fixture.attest(body))).toBe('untrusted');
  });

  it('is no other kind of token, whatever else is right', () => {
    const fixture = createFixture(credential);
    const claims = {
      aud: ISSUER_NAME,
      digest: encodeBase64url(crypto.sha256(body)),
      iat: NOON,
      jti: 'a'.repeat(22),
    };
    const x5c = formatX5c(credential.chain);
    const sign = (header: object, payload: object) =>
      signCompactJws(JSON.stringify(header), JSON.stringify(payload), credential.key);
    const good = { alg: 'ES256', typ: 'oob-attestation+jwt', x5c };
    expect(check(fixture, sign(good, claims))).toBe('attested');
    const headers = [
      { ...good, typ: 'oob-stream+jwt' },
      { ...good, typ: 'passport' },
      { alg: 'ES256', x5c },
      { ...good, alg: 'none' },
      { ...good, crit: ['exp'] },
      { ...good, x5c: [] },
    ];
    for (const header of headers) expect(check(fixture, sign(header, claims))).toBe('format');
    const wrong = [{ aud: 1 }, { digest: 'AA' }, { iat: '1' }, { iat: 1.5 }, { jti: 'short' }, { jti: 7 }];
    for (const claim of wrong) expect(check(fixture, sign(good, { ...claims, ...claim }))).toBe('format');
    for (const text of ['', 'a.b.c', 'x'.repeat(20_000)]) expect(check(fixture, text)).toBe('format');
  });

  it('comes back from its text as it was', () => {
    const fixture = createFixture(credential);
    const read = parseAttestation(fixture.attest(body, { id: 'b'.repeat(22) }));
    expect(read).toMatchObject({ audience: ISSUER_NAME, issuedAt: NOON, id: 'b'.repeat(22) });
    expect(read.digest).toEqual(crypto.sha256(body));
    expect(read.chain.map(({ der }) => der)).toEqual(credential.chain.map(({ der }) => der));
  });
});
