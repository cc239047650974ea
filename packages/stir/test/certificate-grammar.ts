// Input made by grammar: DER, certificates, CRLs and lists of trusted authorities whose every part is right, or of another type, or of
// a length that lies. For the fuzz tests beside the parsers, and for longer runs.

import fc from 'fast-check';
import { encodeBase64url, encodeUtf8 } from '../src/bytes/index.ts';
import {
  ES256_ALGORITHM,
  encodeDer,
  encodeDerInteger,
  encodeDerOid,
  encodeName,
  formatEcdsaSignature,
  TAG,
} from '../src/der/index.ts';

type Bytes = fc.Arbitrary<Uint8Array>;

const octets = fc.uint8Array({ maxLength: 12 });
const tag = fc.oneof(fc.constantFrom(...Object.values(TAG), 0x0a, 0x13, 0x80, 0x82, 0x86, 0xa4), fc.nat(255));

/** Any tree of elements, up to 24 deep. */
export const der: Bytes = fc.letrec<{ tree: Uint8Array }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 24, withCrossShrink: true },
    fc.tuple(tag, octets).map(([type, content]) => encodeDer(type, content)),
    fc.tuple(tag, fc.array(tie('tree'), { maxLength: 4 })).map(([type, parts]) => encodeDer(type, ...parts)),
    fc.tuple(tie('tree'), fc.nat(255)).map(([tree, octet]) => lying(tree, octet)),
  ),
})).tree;

/** The first length octet says something else. */
function lying(tree: Uint8Array, octet: number): Uint8Array {
  const out = tree.slice();
  if (out.length > 1) out[1] = octet;
  return out;
}

/** Mostly as given, now and then something else, twice, or not at all. */
function mostly(good: Bytes): Bytes {
  return fc.oneof(
    { weight: 80, arbitrary: good },
    { weight: 1, arbitrary: der },
    { weight: 1, arbitrary: fc.constant(new Uint8Array(0)) },
    { weight: 1, arbitrary: good.map((one) => Buffer.concat([one, one])) },
  );
}

const node = (type: number, ...parts: Bytes[]): Bytes =>
  mostly(fc.tuple(...parts).map((encoded) => encodeDer(type, ...encoded)));
const sequence = (...parts: Bytes[]) => node(TAG.sequence, ...parts);
const several = (part: Bytes, maxLength = 4): Bytes =>
  fc.array(part, { maxLength }).map((parts) => Buffer.concat(parts));
const leaf = (type: number, content: fc.Arbitrary<Uint8Array> = octets): Bytes =>
  mostly(content.map((bytes) => encodeDer(type, bytes)));

const digits = (length: number) =>
  fc
    .array(fc.nat(9), { minLength: length, maxLength: length })
    .map((list) => encodeUtf8(`${list.join('')}Z`));
const time = fc.oneof(
  {
    weight: 20,
    arbitrary: leaf(TAG.utcTime, fc.constantFrom('260101000000Z', '270101000000Z').map(encodeUtf8)),
  },
  { weight: 1, arbitrary: leaf(TAG.utcTime, digits(12)) },
  { weight: 1, arbitrary: leaf(TAG.generalizedTime, digits(14)) },
);
const serial = fc.oneof(fc.nat().map(encodeDerInteger), leaf(TAG.integer)) as Bytes;
const algorithm = mostly(fc.constant(ES256_ALGORITHM));
const name = mostly(fc.constantFrom('Root', 'SHAKEN 1234').map((text) => encodeName([{ type: 'CN', text }])));
const signature = leaf(
  TAG.bitString,
  fc
    .uint8Array({ minLength: 64, maxLength: 64 })
    .map((raw) => Buffer.concat([Buffer.of(0), formatEcdsaSignature(raw)])),
);

const OIDS = [
  ...['2.5.29.14', '2.5.29.15', '2.5.29.19', '2.5.29.20', '2.5.29.21', '2.5.29.28', '2.5.29.29', '2.5.29.30'],
  ...['2.5.29.31', '2.5.29.32', '2.5.29.35', '2.5.29.37', '1.3.6.1.5.5.7.1.1', '1.3.6.1.5.5.7.1.26'],
  ...['1.3.6.1.5.5.7.1.27', '1.3.6.1.5.5.7.1.33', '1.3.6.1.5.5.7.48.14', '1.2.3', '2.999'],
];
const oid = mostly(fc.constantFrom(...OIDS).map(encodeDerOid));
const text = leaf(
  TAG.ia5String,
  fc.constantFrom('1234', '12155551212', 'iat', 'https://a.example/').map(encodeUtf8),
);
const value = fc.oneof(
  sequence(several(sequence(oid, fc.oneof(text, leaf(0x86))))),
  sequence(several(fc.oneof(node(0xa0, text), node(0xa1, sequence(text, serial)), node(0xa2, text)))),
  sequence(
    several(fc.oneof(node(0xa0, sequence(text)), node(0xa1, sequence(sequence(text, sequence(text)))))),
  ),
  sequence(node(0xa4, name)),
  leaf(TAG.octetString),
  leaf(TAG.bitString),
  der,
);
const extension = sequence(
  oid,
  fc.oneof(
    { weight: 9, arbitrary: fc.constant(new Uint8Array(0)) },
    { weight: 1, arbitrary: fc.constant(encodeDer(TAG.boolean, Uint8Array.of(0xff))) },
  ),
  node(TAG.octetString, value),
);
const version = mostly(fc.constant(encodeDer(TAG.explicit0, encodeDerInteger(2))));
const spki = sequence(sequence(oid, oid), leaf(TAG.bitString));

/** Something like a certificate. */
export const certificateLike: Bytes = sequence(
  sequence(
    version,
    serial,
    algorithm,
    name,
    sequence(time, time),
    name,
    spki,
    node(TAG.explicit3, sequence(several(extension, 6))),
  ),
  algorithm,
  signature,
);

const entry = sequence(
  serial,
  time,
  fc.oneof(fc.constant(new Uint8Array(0)), sequence(several(extension, 2))),
);

/** Something like a CRL. */
export const crlLike: Bytes = sequence(
  sequence(
    mostly(fc.constant(encodeDerInteger(1))),
    algorithm,
    name,
    time,
    time,
    sequence(several(entry, 6)),
    fc.oneof(fc.constant(new Uint8Array(0)), node(TAG.explicit0, sequence(several(extension, 3)))),
  ),
  algorithm,
  signature,
);

const certificateText = certificateLike.map((bytes) => {
  const base64 = Buffer.from(bytes).toString('base64');
  return base64.length % 3 === 0
    ? base64
    : `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`;
});
const segment = (json: unknown) => encodeBase64url(encodeUtf8(JSON.stringify(json) ?? ''));

/** Something like the JWS of a list of trusted authorities. */
export const caListLike: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom<unknown>({ alg: 'ES256' }, { alg: 'none' }, [], null),
    fc.oneof(
      fc.record(
        {
          sequence: fc.oneof(fc.nat(), fc.double(), fc.string()),
          trustList: fc.array(fc.oneof(certificateText, fc.jsonValue()), { maxLength: 3 }),
          exp: fc.oneof(fc.nat(), fc.string()),
        },
        { requiredKeys: ['trustList'] },
      ),
      fc.jsonValue(),
    ),
    fc.uint8Array({ minLength: 63, maxLength: 65 }),
  )
  .map(([header, payload, bytes]) => `${segment(header)}.${segment(payload)}.${encodeBase64url(bytes)}`);
