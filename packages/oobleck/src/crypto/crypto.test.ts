import {
  constants,
  createPrivateKey,
  generateKeyPairSync,
  sign as nodeSign,
  privateEncrypt,
} from 'node:crypto';
import { StirError } from '@oobleck/stir';
import {
  concatBytes,
  decodeBase64url,
  decodeHex,
  encodeBase64url,
  encodeHex,
  encodeUtf8,
} from '@oobleck/stir/bytes';
import { bytesToInteger, type Crypto, createPortableCrypto, formatTokenSpki } from '@oobleck/stir/crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { derForm, generateAgreementKey, importAgreementKey } from './agreement-key.ts';
import { derToRaw, rawToDer } from './ecdsa-signature.ts';
import { generateTokenKey } from './generate-token-key.ts';
import { createNodeCrypto } from './node-crypto.ts';
import hpke from './vectors/hpke-a1.rfc9180.json' with { type: 'json' };

const node = createNodeCrypto();
const portable = createPortableCrypto();
const adapters: [string, Crypto, Crypto][] = [
  ['node', node, portable],
  ['portable', portable, node],
];
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const rsaPkcs8 = bytes(rsa.privateKey.export({ format: 'der', type: 'pkcs8' }));
const rsaSpki = bytes(rsa.publicKey.export({ format: 'der', type: 'spki' }));
const modulus = decodeBase64url(rsa.publicKey.export({ format: 'jwk' }).n!);
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ecPkcs8 = bytes(ec.privateKey.export({ format: 'der', type: 'pkcs8' }));
const ecSpki = bytes(ec.publicKey.export({ format: 'der', type: 'spki' }));
const order = 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551';
// RFC 7748 Section 6.1
const BOB_SECRET = '5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb';
const ALICE_PUBLIC = '8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a';
const BOB_PUBLIC = 'de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f';
const SHARED = '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742';
const SMALL_ORDER = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
];
const message = encodeUtf8('who is calling');

function bytes(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer);
}

function hex(value: Uint8Array | undefined): string | undefined {
  return value && encodeHex(value);
}

function refusedAsKey(act: () => unknown): void {
  expect(act).toThrow(expect.objectContaining({ name: 'StirError', code: 'ERR_KEY_FORMAT' }));
}

describe.each(adapters)('%s crypto', (_, crypto, other) => {
  it('hashes pieces as their concatenation', () => {
    const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect(hex(crypto.sha256(encodeUtf8('abc')))).toBe(abc);
    expect(hex(crypto.sha256(encodeUtf8('a'), encodeUtf8(''), encodeUtf8('bc')))).toBe(abc);
    expect(hex(crypto.sha384(encodeUtf8('abc')))).toBe(
      'cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7',
    );
    expect(hex(crypto.sha384(encodeUtf8('ab'), encodeUtf8('c')))).toBe(hex(crypto.sha384(encodeUtf8('abc'))));
    expect(hex(crypto.sha512(encodeUtf8('ab'), encodeUtf8('c')))).toBe(
      'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
    );
    expect(hex(crypto.sha256())).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    for (const input of ['abc', 'öß€', '', '\ud800', 'x'.repeat(1_000)]) {
      const name = encodeBase64url(crypto.sha256(encodeUtf8(input)));
      expect([crypto.sha256Name(input), crypto.sha256Name(encodeUtf8(input))]).toEqual([name, name]);
    }
  });

  it('computes HMAC-SHA256 as RFC 4231 Section 4.3 has it', () => {
    const mac = crypto.hmacSha256(
      encodeUtf8('Jefe'),
      encodeUtf8('what do ya want '),
      encodeUtf8('for nothing?'),
    );
    expect(hex(mac)).toBe('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843');
  });

  it('draws random bytes', () => {
    expect(crypto.randomBytes(32)).toHaveLength(32);
    expect(hex(crypto.randomBytes(32))).not.toBe(hex(crypto.randomBytes(32)));
  });

  it.each(hpke.encryptions)('seals and opens RFC 9180 Appendix A.1.1, sequence $seq', (vector) => {
    const [key, nonce, plaintext] = [hpke.key, vector.nonce, vector.pt].map(decodeHex) as Uint8Array[];
    const aad = decodeHex(vector.aad);
    const ciphertext = decodeHex(vector.ct);
    expect(hex(crypto.sealAes128Gcm(key!, nonce!, plaintext!, aad))).toBe(vector.ct);
    expect(hex(crypto.openAes128Gcm(key!, nonce!, ciphertext, aad))).toBe(vector.pt);
    for (const at of [0, ciphertext.length - 1]) {
      const altered = ciphertext.map((byte, i) => (i === at ? byte ^ 1 : byte));
      expect(crypto.openAes128Gcm(key!, nonce!, altered, aad)).toBeUndefined();
    }
    expect(crypto.openAes128Gcm(key!, nonce!, ciphertext, new Uint8Array(1))).toBeUndefined();
    for (const length of [0, 15, 16]) {
      expect(crypto.openAes128Gcm(key!, nonce!, ciphertext.subarray(0, length), aad)).toBeUndefined();
    }
  });

  it('agrees as RFC 9180 Appendix A.1.1 does', () => {
    const key = crypto.importAgreementKey(decodeHex(hpke.skRm));
    expect(hex(key.publicKey)).toBe(hpke.pkRm);
    expect(hex(key.exportSecret())).toBe(hpke.skRm);
    const ephemeral = other.importAgreementKey(decodeHex(hpke.skEm));
    expect(hex(key.agree(ephemeral.publicKey))).toBe(hex(ephemeral.agree(key.publicKey)));
  });

  it('agrees as RFC 7748 Section 6.1 does', () => {
    const key = crypto.importAgreementKey(decodeHex(BOB_SECRET));
    expect(hex(key.publicKey)).toBe(BOB_PUBLIC);
    expect(hex(key.agree(decodeHex(ALICE_PUBLIC)))).toBe(SHARED);
  });

  it('gives no secret for a peer of small order or of another length (RFC 7748 Section 6.1)', () => {
    const key = crypto.generateAgreementKey();
    for (const point of SMALL_ORDER) expect(key.agree(decodeHex(point))).toBeUndefined();
    for (const length of [0, 31, 33]) expect(key.agree(new Uint8Array(length).fill(9))).toBeUndefined();
  });

  it('makes agreement keys that the other adapter takes', () => {
    const key = crypto.generateAgreementKey();
    const peer = other.generateAgreementKey();
    expect(hex(key.agree(peer.publicKey))).toBe(hex(peer.agree(key.publicKey)));
    expect(hex(other.importAgreementKey(key.exportSecret()).publicKey)).toBe(hex(key.publicKey));
    for (const length of [0, 31, 33]) refusedAsKey(() => crypto.importAgreementKey(new Uint8Array(length)));
  });

  it('signs and verifies ES256 across adapters', () => {
    const made = [crypto.generateSigningKey(), crypto.importSigningKey(ecPkcs8)];
    expect(hex(made[1]!.publicKey.spki)).toBe(encodeHex(ecSpki));
    for (const key of made) {
      for (let i = 0; i < 20; i++) {
        const data = concatBytes(message, Uint8Array.of(i));
        const signature = key.sign(data);
        expect(signature).toHaveLength(64);
        expect(other.importVerifyingKey(key.publicKey.spki).verify(data, signature)).toBe(true);
        expect(key.publicKey.verify(data, signature)).toBe(true);
        expect(key.publicKey.verify(message, signature)).toBe(false);
      }
    }
  });

  it('takes either half of s, and refuses values out of range and other lengths', () => {
    const key = crypto.importVerifyingKey(ecSpki);
    const signature = node.importSigningKey(ecPkcs8).sign(message);
    const flipped = BigInt(`0x${order}`) - bytesToInteger(signature.subarray(32));
    const high = concatBytes(signature.subarray(0, 32), decodeHex(flipped.toString(16).padStart(64, '0')));
    expect(key.verify(message, signature)).toBe(true);
    expect(key.verify(message, high)).toBe(true);
    const zero = new Uint8Array(32);
    const [r, s] = [signature.subarray(0, 32), signature.subarray(32)];
    const n = decodeHex(order);
    const ones = new Uint8Array(32).fill(0xff);
    for (const bad of [
      [zero, s],
      [r, zero],
      [zero, zero],
      [n, s],
      [r, n],
      [ones, ones],
    ])
      expect(key.verify(message, concatBytes(...bad))).toBe(false);
    const der = bytes(nodeSign('sha256', message, ec.privateKey));
    for (const bad of [
      der,
      signature.subarray(1),
      concatBytes(signature, Uint8Array.of(0)),
      new Uint8Array(0),
    ])
      expect(key.verify(message, bad)).toBe(false);
  });

  it('verifies RS256, PKCS #1 v1.5 only', () => {
    const key = crypto.importVerifyingKey(rsaSpki);
    expect(key.algorithm).toBe('RS256');
    const signature = bytes(nodeSign('sha256', message, rsa.privateKey));
    expect(key.verify(message, signature)).toBe(true);
    expect(key.verify(ecSpki, signature)).toBe(false);
    const pss = { key: rsa.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING };
    expect(key.verify(message, bytes(nodeSign('sha256', message, pss)))).toBe(false);
    expect(key.verify(message, bytes(nodeSign('sha512', message, rsa.privateKey)))).toBe(false);
    expect(key.verify(message, signature.subarray(1))).toBe(false);
    const loose = privateEncrypt(rsa.privateKey, crypto.sha256(message)); // a digest without its DigestInfo
    expect(key.verify(message, bytes(loose))).toBe(false);
  });

  it('refuses keys of another form', () => {
    const offCurve = ecSpki.map((byte, i) => (i === ecSpki.length - 1 ? byte ^ 1 : byte));
    const compressed = concatBytes(ecSpki.subarray(0, 26), Uint8Array.of(2), ecSpki.subarray(27, 59));
    const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const ed = generateKeyPairSync('ed25519');
    const small = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const three = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 });
    const spki = (key: typeof ec.publicKey) => bytes(key.export({ format: 'der', type: 'spki' }));
    const pkcs8 = (key: typeof ec.privateKey) => bytes(key.export({ format: 'der', type: 'pkcs8' }));
    const trailing = concatBytes(ecSpki, Uint8Array.of(0));
    for (const bad of [offCurve, compressed, trailing, new Uint8Array(0), ecPkcs8, ecSpki.subarray(0, 90)])
      refusedAsKey(() => crypto.importVerifyingKey(bad));
    for (const { publicKey } of [p384, ed, small, three])
      refusedAsKey(() => crypto.importVerifyingKey(spki(publicKey)));
    for (const { privateKey } of [p384, ed, rsa])
      refusedAsKey(() => crypto.importSigningKey(pkcs8(privateKey)));
    for (const { privateKey } of [ec, small, three])
      refusedAsKey(() => crypto.importTokenSigningKey(pkcs8(privateKey)));
    for (const bad of [
      ecSpki,
      rsaSpki,
      formatTokenSpki(modulus.subarray(1)),
      formatTokenSpki(new Uint8Array(256)),
    ])
      refusedAsKey(() => crypto.importTokenVerifyingKey(bad));
    for (const secret of [new Uint8Array(32), decodeHex(order)])
      refusedAsKey(() => crypto.importSigningKey(withSecret(secret)));
  });

  it('throws nothing but StirError for keys altered at random', () => {
    const imports = [
      [ecSpki, crypto.importVerifyingKey],
      [rsaSpki, crypto.importVerifyingKey],
      [ecPkcs8, crypto.importSigningKey],
      [rsaPkcs8, crypto.importTokenSigningKey],
      [formatTokenSpki(modulus), crypto.importTokenVerifyingKey],
    ] as const;
    for (const [key, read] of imports) {
      const alteration = fc.tuple(fc.nat(key.length - 1), fc.integer({ min: 1, max: 255 }));
      fc.assert(
        fc.property(alteration, ([at, by]) => {
          try {
            read(key.map((byte, i) => (i === at ? byte ^ by : byte)));
          } catch (error) {
            expect(error).toBeInstanceOf(StirError);
          }
        }),
        { numRuns: 60 },
      );
    }
  });

  it('raises to e and to d, and refuses what is not below n', () => {
    const key = crypto.importTokenSigningKey(rsaPkcs8);
    const m = concatBytes(Uint8Array.of(0), crypto.randomBytes(255));
    const s = key.rawSign(m)!;
    expect(hex(key.publicKey.raw(s))).toBe(encodeHex(m));
    expect(hex(other.importTokenSigningKey(rsaPkcs8).rawSign(m))).toBe(encodeHex(s));
    expect(hex(key.publicKey.modulus)).toBe(encodeHex(modulus));
    expect(hex(key.publicKey.spki)).toBe(encodeHex(formatTokenSpki(modulus)));
    for (const bad of [modulus, new Uint8Array(256).fill(255), new Uint8Array(255), new Uint8Array(257)])
      expect(key.rawSign(bad)).toBeUndefined();
  });

  it('gives out no signature that its public key does not confirm', () => {
    const faulty = withFault(rsaPkcs8);
    let key: ReturnType<Crypto['importTokenSigningKey']> | undefined;
    try {
      key = crypto.importTokenSigningKey(faulty);
    } catch (error) {
      expect(error).toBeInstanceOf(StirError);
    }
    const m = concatBytes(Uint8Array.of(0), crypto.randomBytes(255));
    const s = key?.rawSign(m);
    if (s !== undefined) expect(hex(key!.publicKey.raw(s))).toBe(encodeHex(m));
  });

  it('verifies PSS with SHA-384 and exactly 48 bytes of salt', () => {
    const key = crypto.importTokenVerifyingKey(formatTokenSpki(modulus));
    const pss = (hash: string, saltLength: number) =>
      bytes(
        nodeSign(hash, message, {
          key: rsa.privateKey,
          padding: constants.RSA_PKCS1_PSS_PADDING,
          saltLength,
        }),
      );
    const good = pss('sha384', 48);
    expect(key.verify(message, good)).toBe(true);
    expect(key.verify(rsaSpki, good)).toBe(false);
    for (const salt of [0, 47, 49]) expect(key.verify(message, pss('sha384', salt))).toBe(false);
    expect(key.verify(message, pss('sha256', 48))).toBe(false);
    expect(key.verify(message, bytes(nodeSign('sha384', message, rsa.privateKey)))).toBe(false);
    for (const bad of [
      good.subarray(1),
      concatBytes(good, good),
      new Uint8Array(256),
      new Uint8Array(256).fill(255),
    ])
      expect(key.verify(message, bad)).toBe(false);
  });

  it('takes token keys that say id-RSASSA-PSS', () => {
    const { privateKey } = generateKeyPairSync('rsa-pss', {
      modulusLength: 2048,
      hashAlgorithm: 'sha384',
      mgf1HashAlgorithm: 'sha384',
      saltLength: 48 as never, // the type says text, the runtime wants a number
      privateKeyEncoding: { format: 'der', type: 'pkcs8' },
      publicKeyEncoding: { format: 'der', type: 'spki' },
    });
    const signer = createPrivateKey({ key: privateKey, format: 'der', type: 'pkcs8' });
    const key = crypto.importTokenSigningKey(bytes(privateKey));
    expect(key.publicKey.verify(message, bytes(nodeSign('sha384', message, signer)))).toBe(true);
    expect(key.rawSign(new Uint8Array(256).fill(1))).toHaveLength(256);
  });
});

describe('what only the program has', () => {
  it('generates token keys', async () => {
    const { pkcs8, key } = await generateTokenKey();
    expect(hex(portable.importTokenSigningKey(pkcs8).publicKey.spki)).toBe(hex(key.publicKey.spki));
  });

  it('agrees alike where the runtime has no raw key formats', () => {
    const secret = decodeHex(BOB_SECRET);
    const key = importAgreementKey(secret, derForm);
    expect(hex(key.publicKey)).toBe(hex(portable.importAgreementKey(secret).publicKey));
    expect(hex(key.exportSecret())).toBe(BOB_SECRET);
    expect(hex(key.agree(decodeHex(ALICE_PUBLIC)))).toBe(SHARED);
    const made = generateAgreementKey(derForm);
    expect(importAgreementKey(made.exportSecret()).publicKey).toEqual(made.publicKey);
    for (const point of SMALL_ORDER) expect(key.agree(decodeHex(point))).toBeUndefined();
  });

  it('writes r || s as DER integers and back', () => {
    const half = fc.uint8Array({ minLength: 1, maxLength: 32 });
    fc.assert(
      fc.property(half, half, (r, s) => {
        const raw = new Uint8Array(64);
        raw.set(r, 32 - r.length);
        raw.set(s, 64 - s.length);
        const der = rawToDer(raw);
        expect(der.length).toBe(der[1]! + 2);
        expect(hex(derToRaw(der))).toBe(encodeHex(raw));
      }),
    );
    expect(hex(rawToDer(new Uint8Array(64).fill(0x80, 32)))).toBe(`3026020100022100${'80'.repeat(32)}`);
  });
});

/** PrivateKeyInfo of P-256 with the given secret. */
function withSecret(secret: Uint8Array): Uint8Array {
  const altered = ecPkcs8.slice();
  altered.set(secret, 36);
  return altered;
}

/** The same key with its dP altered: the fault that would give away a factor of n. */
function withFault(pkcs8: Uint8Array): Uint8Array {
  const dP = decodeBase64url(rsa.privateKey.export({ format: 'jwk' }).dp!);
  const at = Buffer.from(pkcs8).indexOf(Buffer.from(dP));
  return pkcs8.map((byte, i) => (i === at + 5 ? byte ^ 1 : byte));
}
