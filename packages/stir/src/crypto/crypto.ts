// The crypto port: every cryptographic operation of the protocol, synchronous, over prepared keys.
// Two adapters pass one suite: `createPortableCrypto` here (noble libraries, RSA by BigInt) and
// `createNodeCrypto` in the program. Preparing a key may be slow and throws; using a prepared key does not
// parse anything again. Nothing here knows a message format of the protocol.

/** A public key that verifies, from a DER SubjectPublicKeyInfo. */
export interface VerifyingKey {
  readonly algorithm: 'ES256' | 'RS256';
  /** DER SubjectPublicKeyInfo, as given. */
  readonly spki: Uint8Array;
  /**
   * ES256: `signature` is r || s, 64 bytes (RFC 7518 Section 3.4); any other length is false.
   * RS256: RSASSA-PKCS1-v1_5 with SHA-256, as certificates may use (RFC 8226 Section 4).
   */
  verify(data: Uint8Array, signature: Uint8Array): boolean;
}

/** A P-256 private key that signs; signatures are r || s, 64 bytes. */
export interface SigningKey {
  readonly algorithm: 'ES256';
  readonly publicKey: VerifyingKey;
  /** @param memory of 64 bytes, where the signature is put and given back; fresh memory without it */
  sign(data: Uint8Array, memory?: Uint8Array): Uint8Array;
}

/** An X25519 private key (RFC 7748). */
export interface AgreementKey {
  /** u-coordinate, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** The shared secret with a peer's 32 bytes; `undefined` where it is all zero or the peer's value is no key. */
  agree(peer: Uint8Array): Uint8Array | undefined;
  /** The 32 secret bytes, for storage. */
  exportSecret(): Uint8Array;
}

/** An RSASSA-PSS public key of 2048 bits for storage tokens: SHA-384, MGF1 with SHA-384, 48 bytes of salt. */
export interface TokenVerifyingKey {
  /** DER SubjectPublicKeyInfo with id-RSASSA-PSS and its parameters, 342 bytes (RFC 9578 Section 6.5). */
  readonly spki: Uint8Array;
  /** n, 256 bytes. */
  readonly modulus: Uint8Array;
  /** m^e mod n on 256 bytes; the input is below n. */
  raw(message: Uint8Array): Uint8Array;
  /** RSASSA-PSS-VERIFY (RFC 8017 Section 8.1.2). */
  verify(data: Uint8Array, signature: Uint8Array): boolean;
}

/** The issuer's half. */
export interface TokenSigningKey {
  readonly publicKey: TokenVerifyingKey;
  /** m^d mod n on 256 bytes, checked by m = s^e before it is given out; `undefined` where the input is not below n. */
  rawSign(message: Uint8Array): Uint8Array | undefined;
}

export interface Crypto {
  /** Bytes from a cryptographically secure generator. */
  randomBytes(length: number): Uint8Array;
  sha256(...parts: readonly Uint8Array[]): Uint8Array;
  /** SHA-256 in base64url, 43 letters: for what is named by what it is. Of a text, that of its UTF-8. */
  sha256Name(input: Uint8Array | string): string;
  sha384(...parts: readonly Uint8Array[]): Uint8Array;
  sha512(...parts: readonly Uint8Array[]): Uint8Array;
  hmacSha256(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array;
  /** AES-128-GCM, tag of 16 bytes at the end. @param head put before the ciphertext as it is, so that nothing is copied twice */
  sealAes128Gcm(
    key: Uint8Array,
    nonce: Uint8Array,
    plaintext: Uint8Array,
    aad: Uint8Array,
    head?: Uint8Array,
  ): Uint8Array;
  /** `undefined` where the tag does not hold; every failure looks alike. */
  openAes128Gcm(
    key: Uint8Array,
    nonce: Uint8Array,
    ciphertext: Uint8Array,
    aad: Uint8Array,
  ): Uint8Array | undefined;
  generateAgreementKey(): AgreementKey;
  /** @throws StirError ERR_KEY_FORMAT unless `secret` is 32 bytes */
  importAgreementKey(secret: Uint8Array): AgreementKey;
  generateSigningKey(): SigningKey;
  /** From a DER PKCS #8 PrivateKeyInfo holding a P-256 key. @throws StirError ERR_KEY_FORMAT */
  importSigningKey(pkcs8: Uint8Array): SigningKey;
  /** From a DER SubjectPublicKeyInfo: P-256, or RSA of 2048 to 4096 bits. @throws StirError ERR_KEY_FORMAT */
  importVerifyingKey(spki: Uint8Array): VerifyingKey;
  /** From the 342-byte SPKI form. @throws StirError ERR_KEY_FORMAT */
  importTokenVerifyingKey(spki: Uint8Array): TokenVerifyingKey;
  /** From a DER PKCS #8 PrivateKeyInfo holding an RSA key of 2048 bits, e = 65537 (rsaEncryption or id-RSASSA-PSS). @throws StirError ERR_KEY_FORMAT */
  importTokenSigningKey(pkcs8: Uint8Array): TokenSigningKey;
}
