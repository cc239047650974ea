import {
  genericBatched,
  Token as OracleToken,
  publicVerif,
  TOKEN_TYPES,
  TokenChallenge,
} from '@cloudflare/privacypass-ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createNodeCrypto, generateTokenKey } from '../../../oobleck/src/crypto/index.ts';
import { refusal } from '../../test/hostile.ts';
import { createByteReader, encodeHex, encodeUtf8 } from '../bytes/index.ts';
import { StirError } from '../stir-error.ts';
import { encodeBatchRequest, encodeBatchResponse, parseBatchRequest, parseBatchResponse } from './batch.ts';
import { blindToken } from './blinding.ts';
import { formatIssuerDirectory, parseIssuerDirectory } from './issuer-directory.ts';
import { formatPrivateToken, parsePrivateToken, parsePrivateTokenChallenges } from './private-token.ts';
import { encodeToken, encodeTokenInput, parseToken, type Token } from './token.ts';
import { encodeTokenChallenge, parseTokenChallenge, storageChallenge } from './token-challenge.ts';
import { encodeTokenRequest, parseTokenRequest, parseTokenResponse } from './token-request.ts';
import { encodeVarint, readVarint } from './varint.ts';

const crypto = createNodeCrypto();
const { pkcs8, key: signer } = await generateTokenKey();
const key = signer.publicKey;
const challenge = storageChallenge('issuer.example', 'cps.example:8443');
const refused = expect.objectContaining({ name: 'StirError', code: 'ERR_TOKEN_FORMAT' });

function issueToken(): Token {
  const { request, finalize } = blindToken({ crypto, key, challenge });
  return finalize({ blindSignature: signer.rawSign(request.blindedMessage)! })!;
}

function isValid(bytes: Uint8Array): boolean {
  const token = parseToken(bytes);
  return key.verify(encodeTokenInput(token), token.authenticator);
}

describe('storage tokens', () => {
  it('come out different every time, and verify', () => {
    const made = [issueToken(), issueToken()];
    for (const token of made) expect(isValid(encodeToken(token))).toBe(true);
    expect(made[0]!.nonce).not.toEqual(made[1]!.nonce);
  });

  it.each(['nonce', 'challengeDigest', 'keyId', 'authenticator'] as const)(
    'are not written with a %s of another length',
    (part) => {
      const token = issueToken();
      for (const length of [0, token[part].length - 1, token[part].length + 1])
        expect(() => encodeToken({ ...token, [part]: new Uint8Array(length) })).toThrow(
          refusal('ERR_TOKEN_FORMAT'),
        );
    },
  );

  it('show the issuer nothing of the token', () => {
    const { request, finalize } = blindToken({ crypto, key, challenge });
    const blindSignature = signer.rawSign(request.blindedMessage)!;
    const token = encodeHex(encodeToken(finalize({ blindSignature })!));
    const seen = encodeHex(request.blindedMessage) + encodeHex(blindSignature);
    for (let at = 0; at + 16 <= seen.length; at += 2) expect(token).not.toContain(seen.slice(at, at + 16));
  });

  it('are not made of a wrong signature', () => {
    const { finalize } = blindToken({ crypto, key, challenge });
    const other = blindToken({ crypto, key, challenge }).request;
    expect(finalize({ blindSignature: signer.rawSign(other.blindedMessage)! })).toBeUndefined();
    expect(finalize({ blindSignature: key.modulus })).toBeUndefined();
    expect(finalize({ blindSignature: new Uint8Array(255) })).toBeUndefined();
  });

  it('altered at random throw StirError or do not verify', () => {
    const bytes = encodeToken(issueToken());
    mutate(bytes, 1000, (altered) => expect(isValid(altered)).toBe(false));
  });

  it('requested or answered with alterations throw StirError or do not verify', () => {
    const { request, finalize } = blindToken({ crypto, key, challenge });
    const good = signer.rawSign(request.blindedMessage)!;
    mutate(encodeTokenRequest(request), 1000, (altered) =>
      expect(parseTokenRequest(altered)).not.toEqual(request),
    );
    mutate(good, 1000, (altered) => expect(finalize(parseTokenResponse(altered))).toBeUndefined());
    for (const signed of [3, 100, 258]) {
      const altered = encodeTokenRequest(request).map((byte, i) => (i === signed ? byte ^ 1 : byte));
      const blindSignature = signer.rawSign(parseTokenRequest(altered).blindedMessage);
      if (blindSignature !== undefined) expect(finalize({ blindSignature })).toBeUndefined();
    }
  });
});

describe('batches altered at random', () => {
  const requests = [1, 2, 3].map(() => blindToken({ crypto, key, challenge }).request);
  const responses = requests.map(({ blindedMessage }, i) =>
    i === 1 ? undefined : { blindSignature: signer.rawSign(blindedMessage)! },
  );

  it('throw nothing but StirError', () => {
    mutate(encodeBatchRequest(requests), 1000, (altered) => parseBatchRequest(altered));
    mutate(encodeBatchResponse(responses), 1000, (altered) => parseBatchResponse(altered));
  });

  it('are refused when empty, too long or with a length in a longer form', () => {
    const request = requests[0]!;
    expect(() => parseBatchRequest(Uint8Array.of(0))).toThrow(refused);
    expect(parseBatchRequest(encodeBatchRequest(Array(32).fill(request)))).toHaveLength(32);
    expect(() => parseBatchRequest(encodeBatchRequest(Array(33).fill(request)))).toThrow(refused);
    const [one, ...rest] = encodeBatchRequest([request]);
    expect(() => parseBatchRequest(Uint8Array.of(0x80, 0, one! & 0x3f, ...rest))).toThrow(refused);
  });
});

describe('QUIC variable-length integers', () => {
  it.each([
    [37, '25'],
    [15293, '7bbd'],
    [494878333, '9d7f3e7d'],
    [0, '00'],
    [63, '3f'],
    [64, '4040'],
    [16383, '7fff'],
    [16384, '80004000'],
  ])('writes %i as %s (RFC 9000 Appendix A.1)', (value, text) => {
    expect(encodeHex(encodeVarint(value))).toBe(text);
    expect(readVarint(createByteReader(encodeVarint(value)))).toBe(value);
  });

  it.each(['4025', '80003fff', 'c2197c5eff14e88c'])('refuses %s', (text) => {
    expect(() => readVarint(createByteReader(Uint8Array.from(Buffer.from(text, 'hex'))))).toThrow(refused);
  });
});

describe('challenges', () => {
  it('come back as they were', () => {
    expect(parseTokenChallenge(encodeTokenChallenge(challenge))).toEqual(challenge);
  });

  it.each([
    '',
    'a,b',
    'user@host',
    'host/path',
    'https://host',
    'host:',
    'host:0',
    'ho st',
    '-a',
    'é.example',
  ])('are not made for %j', (name) => {
    expect(() => storageChallenge(name, 'cps.example')).toThrow(refused);
    expect(() => storageChallenge('issuer.example', name)).toThrow(refused);
  });

  it('are refused without issuer, with a context of another length, with bytes behind', () => {
    const encoded = encodeTokenChallenge(challenge);
    const bad = [
      encodeTokenChallenge({ ...challenge, issuerName: '' }),
      encodeTokenChallenge({ ...challenge, redemptionContext: new Uint8Array(31) }),
      Uint8Array.of(...encoded, 0),
      encoded.subarray(1),
    ];
    for (const bytes of bad) expect(() => parseTokenChallenge(bytes)).toThrow(refused);
    mutate(encoded, 300, (altered) => expect(parseTokenChallenge(altered)).not.toEqual(challenge));
  });
});

describe('PrivateToken fields', () => {
  const token = issueToken();
  const text = formatPrivateToken(token).slice('PrivateToken token="'.length, -1);

  it.each([
    ['quoted', `PrivateToken token="${text}"`],
    ['a token', `PrivateToken token=${text}`],
    ['another case', `privatetoken Token="${text}"`],
    ['unknown parameters', `PrivateToken a=b,token="${text}" , extensions="x\\"y"`],
    ['blanks around =', `PrivateToken token = "${text}"`],
  ])('are read: %s', (_, field) => {
    expect(parsePrivateToken(field)).toEqual(token);
  });

  it.each([
    ['', 'nothing'],
    ['Bearer abc', 'another scheme'],
    ['PrivateToken', 'no parameter'],
    [`PrivateToken ${text}`, 'no name'],
    [`PrivateToken token="${text}", token="${text}"`, 'twice'],
    [`PrivateToken token="${text}", Bearer abc`, 'two credentials'],
    [`PrivateToken token="${text.slice(4)}"`, 'too short'],
    [`PrivateToken token="${text}==="`, 'wrong padding'],
    [`PrivateToken token="${text}=="`, 'padding too much'],
    [`PrivateToken token="${text.replace(/.$/, '+')}"`, 'the other alphabet'],
    [`PrivateToken token="${text}`, 'no end'],
    [`PrivateToken token="${'A'.repeat(20000)}"`, 'too long'],
  ])('are refused: %#', (field) => {
    expect(() => parsePrivateToken(field)).toThrow(refused);
  });

  it('may stand among challenges of other schemes', () => {
    const field =
      'Negotiate, Basic realm="a, b", PrivateToken challenge="AAI=", max-age=7, Foo abc==, Bar x=y';
    expect(parsePrivateTokenChallenges(field)).toEqual([
      { challenge: Uint8Array.of(0, 2), maxAgeSeconds: 7 },
    ]);
    expect(parsePrivateTokenChallenges('PrivateToken challenge=AAI')).toEqual([
      { challenge: Uint8Array.of(0, 2) },
    ]);
  });

  it('throw nothing but StirError for any text', () => {
    const piece = fc.constantFrom(
      'PrivateToken',
      ' ',
      '=',
      '"',
      ',',
      'token',
      'challenge',
      '\\',
      'AAAA',
      'é',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        for (const parse of [parsePrivateToken, parsePrivateTokenChallenges])
          onlyStirErrors(() => parse(pieces.join('')));
      }),
      { numRuns: 500 },
    );
  });
});

describe('issuer directory', () => {
  const directory = {
    requestUri: '/token-request',
    keys: [{ spki: key.spki, notBefore: 7 }, { spki: key.spki }],
  };

  it('comes back as it was, with padded keys', () => {
    const text = formatIssuerDirectory(directory);
    expect(parseIssuerDirectory(encodeUtf8(text))).toEqual(directory);
    const written = JSON.parse(text) as { 'token-keys': { 'token-key': string }[] };
    expect(written['token-keys'][0]!['token-key']).toHaveLength(456);
  });

  it('skips keys of other types', () => {
    const text = '{"issuer-request-uri":"/r","token-keys":[{"token-type":1,"token-key":"AA=="}],"more":1}';
    expect(parseIssuerDirectory(encodeUtf8(text))).toEqual({ requestUri: '/r', keys: [] });
  });

  it.each([
    '[]',
    '{}',
    '{"issuer-request-uri":1,"token-keys":[]}',
    '{"issuer-request-uri":"/r","token-keys":[1]}',
    '{"issuer-request-uri":"/r","token-keys":[{"token-type":2}]}',
    '{"issuer-request-uri":"/r","token-keys":[{"token-type":2,"token-key":"+/=="}]}',
    '{"issuer-request-uri":"/r","token-keys":[{"token-type":2,"token-key":"AA==","not-before":"7"}]}',
  ])('is refused: %s', (text) => {
    expect(() => parseIssuerDirectory(encodeUtf8(text))).toThrow(refused);
  });
});

describe('with @cloudflare/privacypass-ts', () => {
  const { BLIND_RSA } = TOKEN_TYPES;
  const theirs = new TokenChallenge(2, challenge.issuerName, challenge.redemptionContext, [
    challenge.originInfo,
  ]);

  it('their client draws from our issuer', async () => {
    const client = new publicVerif.Client(publicVerif.BlindRSAMode.PSS);
    const asked = await client.createTokenRequest(theirs, Uint8Array.from(key.spki));
    const { blindedMessage } = parseTokenRequest(asked.serialize());
    const answer = client.deserializeTokenResponse(Uint8Array.from(signer.rawSign(blindedMessage)!));
    const token = await client.finalize(answer);
    expect(isValid(token.serialize())).toBe(true);
    expect(parseToken(token.serialize()).challengeDigest).toEqual(issueToken().challengeDigest);
  });

  it('our client draws from their issuer, and their origin accepts', async () => {
    const algorithm = { name: 'RSA-PSS', hash: 'SHA-384' };
    const { subtle } = globalThis.crypto;
    const privateKey = await subtle.importKey('pkcs8', Uint8Array.from(pkcs8), algorithm, true, ['sign']);
    const jwk = await subtle.exportKey('jwk', privateKey);
    const publicJwk = { kty: 'RSA', n: jwk.n!, e: jwk.e!, alg: 'PS384', ext: true };
    const publicKey = await subtle.importKey('jwk', publicJwk, algorithm, true, ['verify']);
    const issuer = new publicVerif.Issuer(
      publicVerif.BlindRSAMode.PSS,
      'issuer.example',
      privateKey,
      publicKey,
    );
    const { request, finalize } = blindToken({ crypto, key, challenge });
    const asked = publicVerif.TokenRequest.deserialize(
      BLIND_RSA,
      Uint8Array.from(encodeTokenRequest(request)),
    );
    const token = finalize(parseTokenResponse((await issuer.issue(asked)).serialize()))!;
    const received = OracleToken.deserialize(BLIND_RSA, Uint8Array.from(encodeToken(token)));
    const origin = new publicVerif.Origin(publicVerif.BlindRSAMode.PSS, [challenge.originInfo]);
    expect(await origin.verify(received, publicKey)).toBe(true);
  });

  it('their batches are ours', () => {
    const requests = [1, 2].map(() => blindToken({ crypto, key, challenge }).request);
    const encoded = Uint8Array.from(encodeBatchRequest(requests));
    const read = genericBatched.BatchedTokenRequest.deserialize(encoded);
    expect(encodeHex(read.serialize())).toBe(encodeHex(encoded));
  });
});

/** Alters one to three bytes, cuts, or adds; whatever comes out has to be refused by `check`. */
function mutate(bytes: Uint8Array, runs: number, check: (altered: Uint8Array) => void): void {
  const change = fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }));
  const changes = fc.uniqueArray(change, { minLength: 1, maxLength: 3, selector: ([at]) => at });
  const cut = fc.option(fc.nat(bytes.length - 1), { freq: 10 });
  fc.assert(
    fc.property(changes, cut, (altering, length) => {
      const altered = Uint8Array.from(bytes);
      for (const [at, by] of altering) altered[at]! ^= by;
      onlyStirErrors(() => check(altered.subarray(0, length ?? bytes.length)));
    }),
    { numRuns: runs },
  );
}

function onlyStirErrors(act: () => unknown): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof StirError)) throw error;
  }
}
