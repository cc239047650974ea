// Vectors of sealing (RFC 9180) and of storage tokens (RFC 9577, RFC 9578, the batched-tokens draft).

import { decodeAscii, decodeBase64url, decodeHex, encodeUtf8 } from '../../src/bytes/index.ts';
import { bytesToInteger, type Crypto, modularInverse } from '../../src/crypto/index.ts';
import {
  createOpeningContext,
  createSealingContext,
  openBase,
  prepareInfo,
  sealBase,
} from '../../src/seal/index.ts';
import { blindTokenWith } from '../../src/token/blinding.ts';
import {
  encodeBatchRequest,
  encodeBatchResponse,
  encodeToken,
  encodeTokenChallenge,
  encodeTokenInput,
  encodeTokenRequest,
  encodeTokenResponse,
  parseBatchRequest,
  parseBatchResponse,
  parsePrivateTokenChallenges,
  parseToken,
  parseTokenChallenge,
  parseTokenResponse,
} from '../../src/token/index.ts';
import { refused, same } from './expectation.ts';

type Hex = Record<string, string>;

export function checkHpke(vector: Hex, crypto: Crypto): void {
  const bytes = (name: string): Uint8Array => decodeHex(vector[name]!);
  const recipient = crypto.importAgreementKey(bytes('skRm'));
  const ephemeral = crypto.importAgreementKey(bytes('skEm'));
  same(recipient.publicKey, bytes('pkRm'));
  const info = prepareInfo(crypto, bytes('info'));
  const sealed = sealBase(crypto, recipient.publicKey, info, bytes('aad'), bytes('pt'), ephemeral);
  same(sealed, decodeHex(vector.enc! + vector.ct!));
  same(openBase(crypto, recipient, info, bytes('aad'), sealed), bytes('pt'));
  sealed[40]! ^= 1;
  same(openBase(crypto, recipient, info, bytes('aad'), sealed), undefined);
}

interface SequenceVector {
  readonly info: string;
  readonly skEm: string;
  readonly skRm: string;
  readonly pt: string;
  readonly encryptions: readonly { readonly sequence: number; readonly aad: string; readonly ct: string }[];
}

/** The sequence numbers that the vector tells of; those between are sealed, opened and not compared. */
export function checkHpkeSequence(vector: SequenceVector, crypto: Crypto): void {
  const recipient = crypto.importAgreementKey(decodeHex(vector.skRm));
  const ephemeral = crypto.importAgreementKey(decodeHex(vector.skEm));
  const info = prepareInfo(crypto, decodeHex(vector.info));
  const sealing = createSealingContext(crypto, recipient.publicKey, info, ephemeral);
  const opening = createOpeningContext(crypto, recipient, info, sealing.enc)!;
  const plaintext = decodeHex(vector.pt);
  let next = 0;
  for (const { sequence, aad, ct } of vector.encryptions) {
    for (; next < sequence; next++)
      same(opening.open(plaintext, sealing.seal(plaintext, plaintext)), plaintext);
    const sealed = sealing.seal(decodeHex(aad), plaintext);
    same(sealed, decodeHex(ct));
    same(opening.open(decodeHex(aad), sealed), plaintext);
    next++;
  }
}

export function checkTokens({ vectors }: { vectors: Hex[] }, crypto: Crypto): void {
  for (const vector of vectors) {
    const bytes = (name: string): Uint8Array => decodeHex(vector[name]!);
    const key = crypto.importTokenVerifyingKey(bytes('pkS'));
    const signer = crypto.importTokenSigningKey(keyOf(vector.skS!));
    const value = bytesToInteger(bytes('blind'));
    const blind = { value, inverse: modularInverse(value, bytesToInteger(key.modulus))! };
    const fixed = { nonce: bytes('nonce'), salt: bytes('salt'), blind };
    const challenge = parseTokenChallenge(bytes('token_challenge'));
    const { request, finalize } = blindTokenWith({ crypto, key, challenge }, fixed);
    same(encodeTokenRequest(request), bytes('token_request'));
    const blindSignature = signer.rawSign(request.blindedMessage)!;
    same(encodeTokenResponse({ blindSignature }), bytes('token_response'));
    const token = finalize(parseTokenResponse(bytes('token_response')))!;
    same(encodeToken(token), bytes('token'));
    same(key.verify(encodeTokenInput(token), token.authenticator), true);
  }
}

export function checkChallenges(vector: { structure: Hex[]; header: Hex[] }, crypto: Crypto): void {
  for (const one of vector.structure) {
    const challenge = parseTokenChallenge(decodeHex(one.token_challenge!));
    same(encodeUtf8(challenge.issuerName), decodeHex(one.issuer_name!));
    same(encodeUtf8(challenge.originInfo), decodeHex(one.origin_info!));
    const challengeDigest = crypto.sha256(encodeTokenChallenge(challenge));
    same(challengeDigest, decodeHex(one.challenge_digest!));
    const input = { nonce: decodeHex(one.nonce!), challengeDigest, keyId: decodeHex(one.token_key_id!) };
    same(encodeTokenInput(input), decodeHex(one.token_authenticator_input!));
  }
  for (const one of vector.header) {
    const wanted = [0, 1].flatMap((at) => one[`token-challenge-${at}`] ?? []);
    const read = parsePrivateTokenChallenges(one['WWW-Authenticate']!);
    same(
      read.map(({ challenge }) => challenge),
      wanted.map(decodeHex),
    );
  }
}

interface BatchVector {
  readonly token_request: string;
  readonly token_response: string;
  readonly issuance: readonly Hex[];
}

/** With the issuer's key of RFC 9578. The third vector mixes token types, of which one is known here: it is refused. */
export function checkBatches(
  { vectors }: { vectors: BatchVector[] },
  crypto: Crypto,
  _name: string,
  files: Readonly<Record<string, unknown>>,
): void {
  const tokens = files['token/token.rfc9578'] as { vectors: Hex[] };
  const key = crypto.importTokenVerifyingKey(decodeHex(tokens.vectors[0]!.pkS!));
  for (const { token_request, token_response, issuance } of vectors) {
    const [request, response] = [decodeHex(token_request), decodeHex(token_response)];
    if (issuance.some(({ type }) => Number(type) !== 2)) {
      refused('ERR_TOKEN_FORMAT', () => parseBatchRequest(request));
      continue;
    }
    same(encodeBatchRequest(parseBatchRequest(request)), request);
    same(encodeBatchResponse(parseBatchResponse(response)), response);
    for (const { token } of issuance) {
      const { authenticator, ...input } = parseToken(decodeHex(token!));
      same(key.verify(encodeTokenInput(input), authenticator), true);
    }
  }
}

/** Vectors print the key as PEM, and that in hexadecimal. */
function keyOf(hexPem: string): Uint8Array {
  const lines = decodeAscii(decodeHex(hexPem)).split('\n');
  const base64 = lines.filter((line) => !line.startsWith('-----')).join('');
  return decodeBase64url(base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', ''));
}
