import { createPrivateKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createNodeCrypto } from '../../../oobleck/src/crypto/index.ts';
import { concatBytes, decodeHex, encodeHex } from '../bytes/index.ts';
import { bytesToInteger, createPortableCrypto, modularInverse } from '../crypto/index.ts';
import { encodeBatchRequest, encodeBatchResponse, parseBatchRequest, parseBatchResponse } from './batch.ts';
import { blindTokenWith } from './blinding.ts';
import {
  formatPrivateToken,
  formatPrivateTokenChallenge,
  parsePrivateToken,
  parsePrivateTokenChallenges,
} from './private-token.ts';
import { encodeToken, encodeTokenInput, parseToken } from './token.ts';
import { encodeTokenChallenge, parseTokenChallenge, storageChallenge } from './token-challenge.ts';
import { tokenKeyId, truncateKeyId } from './token-key.ts';
import {
  encodeTokenRequest,
  encodeTokenResponse,
  parseTokenRequest,
  parseTokenResponse,
} from './token-request.ts';
import batches from './vectors/batch.draft.json' with { type: 'json' };
import challenges from './vectors/challenge.rfc9577.json' with { type: 'json' };
import tokens from './vectors/token.rfc9578.json' with { type: 'json' };

const portable = createPortableCrypto();
const adapters = [
  ['node', createNodeCrypto()],
  ['portable', portable],
] as const;

function pkcs8Of(hexPem: string): Uint8Array {
  const key = createPrivateKey(Buffer.from(hexPem, 'hex'));
  return new Uint8Array(key.export({ format: 'der', type: 'pkcs8' }));
}

describe.each(adapters)('RFC 9578 Appendix B.2 with %s crypto', (_, crypto) => {
  it.each(tokens.vectors)('issues the published token, nonce $nonce', (vector) => {
    const key = crypto.importTokenVerifyingKey(decodeHex(vector.pkS));
    const signer = crypto.importTokenSigningKey(pkcs8Of(vector.skS));
    expect(encodeHex(signer.publicKey.spki)).toBe(vector.pkS);

    const challenge = parseTokenChallenge(decodeHex(vector.token_challenge));
    expect(encodeHex(encodeTokenChallenge(challenge))).toBe(vector.token_challenge);
    const value = bytesToInteger(decodeHex(vector.blind));
    const blind = { value, inverse: modularInverse(value, bytesToInteger(key.modulus))! };
    const fixed = { nonce: decodeHex(vector.nonce), salt: decodeHex(vector.salt), blind };
    const { request, finalize } = blindTokenWith({ crypto, key, challenge }, fixed);
    expect(encodeHex(encodeTokenRequest(request))).toBe(vector.token_request);

    const { blindedMessage, truncatedKeyId } = parseTokenRequest(decodeHex(vector.token_request));
    expect(truncatedKeyId).toBe(truncateKeyId(tokenKeyId(crypto, key)));
    const response = { blindSignature: signer.rawSign(blindedMessage)! };
    expect(encodeHex(encodeTokenResponse(response))).toBe(vector.token_response);

    const token = finalize(parseTokenResponse(decodeHex(vector.token_response)))!;
    expect(encodeHex(encodeToken(token))).toBe(vector.token);
    const parsed = parseToken(decodeHex(vector.token));
    expect(encodeHex(parsed.keyId)).toBe(encodeHex(crypto.sha256(key.spki)));
    expect(key.verify(encodeTokenInput(parsed), parsed.authenticator)).toBe(true);
    expect(parsePrivateToken(formatPrivateToken(token))).toEqual(parsed);
  });
});

describe('RFC 9577 Appendix A', () => {
  it.each(challenges.structure)('A.1: the digest of challenge $token_challenge', (vector) => {
    const challenge = parseTokenChallenge(decodeHex(vector.token_challenge));
    expect(encodeHex(new TextEncoder().encode(challenge.issuerName))).toBe(vector.issuer_name);
    expect(encodeHex(challenge.redemptionContext)).toBe(vector.redemption_context);
    expect(encodeHex(new TextEncoder().encode(challenge.originInfo))).toBe(vector.origin_info);
    const challengeDigest = portable.sha256(encodeTokenChallenge(challenge));
    expect(encodeHex(challengeDigest)).toBe(vector.challenge_digest);
    const input = { nonce: decodeHex(vector.nonce), challengeDigest, keyId: decodeHex(vector.token_key_id) };
    expect(encodeHex(encodeTokenInput(input))).toBe(vector.token_authenticator_input);
  });

  it('A.1: the second one is the storage challenge of that issuer and origin', () => {
    const encoded = encodeTokenChallenge(storageChallenge('issuer.example', 'ORIGIN.example:443'));
    expect(encodeHex(encoded)).toBe(challenges.structure[1]!.token_challenge);
  });

  it.each(challenges.header)('A.2: the challenges of a header field', (vector) => {
    const fields: Record<string, string | undefined> = { ...vector } as never;
    const read = parsePrivateTokenChallenges(vector['WWW-Authenticate']);
    const named = [0, 1].filter((i) => fields[`token-challenge-${i}`] !== undefined);
    expect(read).toEqual(
      named.map((i) => ({
        challenge: decodeHex(fields[`token-challenge-${i}`]!),
        tokenKey: decodeHex(fields[`token-key-${i}`]!),
        maxAgeSeconds: Number(fields[`max-age-${i}`]),
      })),
    );
    expect(parsePrivateTokenChallenges(read.map(formatPrivateTokenChallenge).join(', '))).toEqual(read);
  });
});

describe('batched tokens, generic format', () => {
  const [first, second, mixed] = batches.vectors;
  const key = portable.importTokenVerifyingKey(decodeHex(tokens.vectors[0]!.pkS));

  it.each([first!, second!])('reads and writes the published messages', (vector) => {
    const requests = parseBatchRequest(decodeHex(vector.token_request));
    expect(requests).toHaveLength(vector.issuance.length);
    expect(encodeHex(encodeBatchRequest(requests))).toBe(vector.token_request);
    const responses = parseBatchResponse(decodeHex(vector.token_response));
    expect(encodeHex(encodeBatchResponse(responses))).toBe(vector.token_response);
    const signer = portable.importTokenSigningKey(pkcs8Of(tokens.vectors[0]!.skS));
    requests.forEach(({ blindedMessage }, i) => {
      expect(responses[i]).toEqual({ blindSignature: signer.rawSign(blindedMessage) });
    });
    for (const { token } of vector.issuance) {
      const parsed = parseToken(decodeHex(token));
      expect(key.verify(encodeTokenInput(parsed), parsed.authenticator)).toBe(true);
    }
  });

  it('refuses a batch with another token type', () => {
    const refused = expect.objectContaining({ code: 'ERR_TOKEN_FORMAT' });
    expect(() => parseBatchRequest(decodeHex(mixed!.token_request))).toThrow(refused);
    expect(() => parseBatchResponse(decodeHex(mixed!.token_response))).toThrow(refused);
  });

  it('keeps refused elements in their place', () => {
    const responses = [undefined, { blindSignature: concatBytes(key.modulus) }, undefined];
    expect(parseBatchResponse(encodeBatchResponse(responses))).toEqual(responses);
  });
});
